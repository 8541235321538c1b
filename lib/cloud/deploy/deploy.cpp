#include "cloud/deploy/deploy.h"

#include "aws_client/waiter.h"
#include "cloud/deploy/failure.h"
#include "cloud/deploy/follow.h"
#include "cloud/deploy/stateful.h"

#include <algorithm>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace samara::cloud {

using aws_client::AwsError;
using aws_client::AwsFailure;
using aws_client::AwsResult;
using aws_client::Session;
using aws_client::StackWait;
using TimePoint = std::chrono::system_clock::time_point;

namespace {

constexpr aws_client::WaitTimes rest_times{std::chrono::seconds(30), std::chrono::minutes(60)};

AwsError failed(const std::string& stack, AwsError error) {
    if (error.failure != AwsFailure::cancelled && error.failure != AwsFailure::credentials) {
        error.hint = error.hint.empty() ? hint_for(error, stack) : error.hint;
        error.message =
            fmt::format("Failed to create/update the stack: {}, {}", stack, error.message);
    }
    return error;
}

/// One deployment, step by step.
class Deployment {
public:
    Deployment(
        Uploader& uploader,
        const StackRequest& request,
        const DeployRules& rules,
        Observer& observer)
        : uploader_(uploader), session_(uploader.session()), request_(request), rules_(rules),
          observer_(observer) {}

    AwsResult<Deployed> run() {
        AWS_TRY_ASSIGN(
            change_set_, create_change_set(uploader_, request_, rules_.longest, observer_));
        deployed_.created = change_set_.creates;
        deployed_.stack_id = change_set_.stack_id;
        deployed_.change_set = change_set_.id;
        observer_.say("\n\nWaiting for changeset to be created..\n");
        AWS_TRY_ASSIGN(const bool changes, wait_for_changes());
        if (!changes) {
            return deployed_;
        }
        AWS_TRY(show_changes());
        if (!rules_.execute) {
            deployed_.end = Deployed::End::not_executed;
            return deployed_;
        }
        AWS_TRY_ASSIGN(const bool wanted, confirmed());
        if (!wanted) {
            deployed_.end = Deployed::End::declined;
            return deployed_;
        }
        AWS_TRY(execute());
        auto done = wait_for_stack();
        if (!done) {
            auto error = std::move(done).error();
            after_failure(error);
            return aws_client::aws_fail(std::move(error));
        }
        AWS_TRY(show_outputs());
        return deployed_;
    }

private:
    /// False when there is nothing to change, and that is no failure.
    AwsResult<bool> wait_for_changes() {
        const auto waited = aws_client::wait_for_change_set(
            session_,
            change_set_.id,
            request_.stack,
            {aws_client::poll_delay(), aws_client::poll_delay() * 120});
        if (waited) {
            return true;
        }
        auto error = waited.error();
        if (says_nothing_to_change(error)) {
            const std::string text =
                fmt::format("No changes to deploy. Stack {} is up to date", request_.stack);
            if (rules_.fail_on_empty) {
                return aws_client::aws_fail(
                    AwsFailure::other, text, "--no-fail-on-empty-changeset makes this a success");
            }
            observer_.say("\n" + text);
            deployed_.end = Deployed::End::nothing_to_change;
            return false;
        }
        if (error.failure == AwsFailure::cancelled) {
            return aws_client::aws_fail(std::move(error));
        }
        error.hint = hint_for(error, request_.stack);
        error.message = fmt::format(
            "Failed to create changeset for the stack: {}, ex: {}{}",
            request_.stack,
            error.message,
            error.code == "FAILED" ? fmt::format(" Status: FAILED. Reason: {}", error.reason)
                                   : std::string());
        return aws_client::aws_fail(std::move(error));
    }

    AwsResult<void> show_changes() {
        AWS_TRY_ASSIGN(
            auto shown,
            aws_client::describe_change_set(session_, change_set_.id, request_.stack, true));
        deployed_.changes = std::move(shown.changes);
        observer_.change_set(deployed_.changes);
        observer_.say(fmt::format("\nChangeset created successfully. {}\n", change_set_.id));
        return {};
    }

    /// Nothing where nobody answers: as a stop by Ctrl-C.
    AwsResult<bool> ask(std::string_view question) {
        const auto answer = rules_.ask ? rules_.ask(question) : std::optional<bool>();
        return answer ? AwsResult<bool>(*answer)
                      : aws_client::aws_fail(AwsFailure::cancelled, "Aborted!");
    }

    AwsResult<bool> confirmed() {
        const auto risks = data_at_risk(deployed_.changes);
        for (const DataAtRisk& risk : risks) {
            observer_.log(
                fmt::format(
                    "{} ({}) {}: the data in it {} lost",
                    risk.logical_id,
                    risk.type,
                    risk.what,
                    risk.what.starts_with("may") ? "may be" : "is"),
                Tone::bad);
        }
        if (!risks.empty() && rules_.protect_data) {
            return aws_client::aws_fail(
                AwsFailure::other,
                fmt::format(
                    "The change set takes data away ({}), and --protect-data refuses that",
                    risks.front().logical_id),
                "keep it with DeletionPolicy and UpdateReplacePolicy: Retain, or leave out "
                "--protect-data");
        }
        if (!risks.empty() && rules_.ask && !rules_.confirm) {
            return ask("Deploy this changeset all the same?");
        }
        if (!rules_.confirm) {
            return true;
        }
        observer_.say("\n\nPreviewing CloudFormation changeset before deployment", Tone::notice);
        observer_.say("======================================================", Tone::notice);
        return ask("Deploy this changeset?");
    }

    AwsResult<void> execute() {
        auto newest = newest_event(session_, request_.stack);
        if (!newest) {
            return aws_client::aws_fail(failed(request_.stack, std::move(newest).error()));
        }
        since_ = *newest;
        data::Map input;
        input.set("ChangeSetName", change_set_.id);
        input.set("StackName", request_.stack);
        if (!request_.express) {
            input.set("DisableRollback", request_.disable_rollback);
        }
        const auto done =
            aws_client::cloudformation(session_, "ExecuteChangeSet", std::move(input));
        return done ? AwsResult<void>()
                    : aws_client::aws_fail(failed(request_.stack, done.error()));
    }

    AwsResult<void> wait_for_stack() {
        observer_.say(fmt::format(
            "\n{:%Y-%m-%d %H:%M:%S} - Waiting for stack create/update to complete\n",
            fmt::localtime(std::time(nullptr))));
        const auto begun = std::chrono::steady_clock::now();
        AWS_TRY(follow_events(session_, request_.stack, since_, rules_.longest, observer_));
        const auto left = std::max<std::chrono::milliseconds>(
            std::chrono::milliseconds(1),
            std::chrono::duration_cast<std::chrono::milliseconds>(
                rules_.longest - (std::chrono::steady_clock::now() - begun)));
        return aws_client::wait_for_stack(
            session_,
            request_.stack,
            change_set_.creates ? StackWait::created : StackWait::updated,
            {std::chrono::seconds(30), left});
    }

    AwsResult<void> show_outputs() {
        AWS_TRY_ASSIGN(const auto stack, aws_client::find_stack(session_, request_.stack));
        if (stack && !stack->outputs.empty()) {
            deployed_.outputs = stack->outputs;
            observer_.outputs(stack->outputs);
        }
        observer_.say(fmt::format(
            "\n\nSuccessfully created/updated stack - {} in {}\n",
            request_.stack,
            session_.region()));
        if (request_.express) {
            observer_.say(
                "Express mode: the stack is complete before all of its resources are stable.",
                Tone::notice);
        }
        return {};
    }

    void report_cause() {
        const FirstCause cause = find_first_cause(session_, request_.stack, since_);
        if (cause.logical_id.empty()) {
            return;
        }
        observer_.log(
            fmt::format(
                "\nFirst cause: {} ({}) {}: {}",
                cause.logical_id,
                cause.type,
                cause.status,
                cause.reason),
            Tone::bad);
        for (const std::string& line : cause.log) {
            observer_.log("    " + line);
        }
    }

    void after_failure(AwsError& error) {
        if (error.failure == AwsFailure::cancelled) {
            observer_.log(fmt::format(
                "\nThe deployment of {} goes on at AWS. To stop it: aws cloudformation {} "
                "--stack-name {}",
                request_.stack,
                change_set_.creates ? "delete-stack" : "cancel-update-stack",
                request_.stack));
            return;
        }
        report_cause();
        error = failed(request_.stack, std::move(error));
        if (rules_.on_failure == OnFailure::delete_stack) {
            if (auto cleaned = clean_up(); !cleaned) {
                observer_.log(cleaned.error().message, Tone::bad);
            }
        } else if (request_.disable_rollback) {
            observer_.log(
                fmt::format(
                    "Stack {0} is left as it failed. Mend the cause and deploy again, or roll it "
                    "back: aws cloudformation rollback-stack --stack-name {0}",
                    request_.stack),
                Tone::bad);
        }
    }

    AwsResult<void> roll_back() {
        observer_.log(fmt::format("Rolling back the stack {}", request_.stack));
        AWS_TRY_ASSIGN(since_, newest_event(session_, request_.stack));
        data::Map input;
        input.set("StackName", request_.stack);
        AWS_TRY(aws_client::cloudformation(session_, "RollbackStack", std::move(input)));
        AWS_TRY(follow_events(session_, request_.stack, since_, rules_.longest, observer_));
        return aws_client::wait_until(
            session_, "StackRollbackComplete", rest_times, [&]() -> AwsResult<aws_client::Look> {
                AWS_TRY_ASSIGN(const auto stack, aws_client::find_stack(session_, request_.stack));
                const bool rests = !stack || stack->status.ends_with("ROLLBACK_COMPLETE") ||
                                   stack->status.ends_with("ROLLBACK_FAILED");
                return aws_client::Look{
                    rests ? aws_client::Look::State::done : aws_client::Look::State::going_on, {}};
            });
    }

    AwsResult<void> clean_up() {
        AWS_TRY_ASSIGN(auto stack, aws_client::find_stack(session_, request_.stack));
        if (!stack) {
            return {};
        }
        if (stack->status == "UPDATE_FAILED") {
            return roll_back();
        }
        const bool deletable = stack->status == "CREATE_FAILED" ||
                               stack->status == "ROLLBACK_COMPLETE" ||
                               stack->status == "ROLLBACK_FAILED";
        if (!deletable) {
            observer_.log(fmt::format("Stack {} has been rolled back", request_.stack));
            return {};
        }
        observer_.log(fmt::format("Deleting the stack {}", request_.stack));
        data::Map input;
        input.set("StackName", request_.stack);
        AWS_TRY(aws_client::cloudformation(session_, "DeleteStack", std::move(input)));
        AWS_TRY(aws_client::wait_for_stack(session_, stack->id, StackWait::deleted, rest_times));
        observer_.log(fmt::format("Stack {} has been deleted", request_.stack));
        return {};
    }

    Uploader& uploader_;
    Session& session_;
    const StackRequest& request_;
    const DeployRules& rules_;
    Observer& observer_;
    NewChangeSet change_set_;
    Deployed deployed_;
    TimePoint since_;
};

} // namespace

AwsResult<Deployed> deploy_stack(
    Uploader& uploader, const StackRequest& request, const DeployRules& rules, Observer& observer) {
    return Deployment(uploader, request, rules, observer).run();
}

} // namespace samara::cloud
