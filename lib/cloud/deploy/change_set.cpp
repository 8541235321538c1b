#include "cloud/deploy/change_set.h"

#include "aws_client/waiter.h"
#include "data/accessors.h"

#include <ctime>
#include <optional>
#include <set>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace samara::cloud {

using aws_client::AwsError;
using aws_client::AwsFailure;
using aws_client::AwsResult;
using aws_client::Session;
using aws_client::Stack;

namespace {

// CloudFormation takes larger ones from S3 only.
constexpr std::size_t largest_body = 51'200;

tl::unexpected<AwsError> cannot(std::string_view doing, const std::string& stack, AwsError error) {
    if (error.failure == AwsFailure::service) {
        error.hint = hint_for(error, stack);
        error.message = fmt::format("{}: {}, {}", doing, stack, error.message);
    }
    return tl::unexpected(std::move(error));
}

/// The stack, once nobody changes it.
AwsResult<std::optional<Stack>> at_rest(
    Session& session,
    const std::string& name,
    std::chrono::minutes longest_wait,
    Observer& observer) {
    std::optional<Stack> stack;
    bool told = false;
    auto waited = aws_client::wait_until(
        session,
        "StackAtRest",
        {aws_client::poll_delay(), longest_wait},
        [&]() -> AwsResult<aws_client::Look> {
            AWS_TRY_ASSIGN(stack, aws_client::find_stack(session, name));
            const bool busy = stack && stack->status.ends_with("_IN_PROGRESS") &&
                              stack->status != "REVIEW_IN_PROGRESS";
            if (busy && !told) {
                told = true;
                observer.log(fmt::format(
                    "The stack {} is in state {}: waiting until that is over",
                    name,
                    stack->status));
            }
            return aws_client::Look{
                busy ? aws_client::Look::State::going_on : aws_client::Look::State::done, {}};
        });
    if (!waited) {
        auto error = std::move(waited).error();
        if (error.failure == AwsFailure::service || error.failure == AwsFailure::connection) {
            constexpr std::string_view prefix = "Waiter StackAtRest failed: ";
            if (error.message.starts_with(prefix)) {
                error.message.erase(0, prefix.size());
            }
            return cannot("Failed to create/update the stack", name, std::move(error));
        }
        return aws_client::aws_fail(std::move(error));
    }
    return stack;
}

AwsResult<std::set<std::string>> deployed_parameters(Session& session, const std::string& stack) {
    data::Map input;
    input.set("StackName", stack);
    const auto reply = aws_client::cloudformation(session, "GetTemplateSummary", std::move(input));
    if (!reply) {
        return cannot("Failed to create/update the stack", stack, reply.error());
    }
    std::set<std::string> names;
    if (const data::Value* list = reply->value.find("Parameters");
        list != nullptr && list->is_list()) {
        for (const data::Value& item : *list->as_list()) {
            names.insert(data::text_of(item, "ParameterKey"));
        }
    }
    return names;
}

AwsResult<data::List> parameters_of(Session& session, const StackRequest& request, bool creates) {
    std::set<std::string> deployed;
    if (!creates) {
        AWS_TRY_ASSIGN(deployed, deployed_parameters(session, request.stack));
    }
    data::List list;
    for (const data::Entry& entry : data::members_of(request.document.find("Parameters"))) {
        data::Map parameter;
        parameter.set("ParameterKey", entry.key);
        const auto given = request.parameters.find(entry.key);
        if (given != request.parameters.end()) {
            parameter.set("ParameterValue", given->second);
        } else if (deployed.contains(entry.key)) {
            parameter.set("UsePreviousValue", true);
        } else {
            continue; // its Default
        }
        list.emplace_back(std::move(parameter));
    }
    return list;
}

data::List texts(const std::vector<std::string>& given) {
    data::List list;
    for (const std::string& text : given) {
        list.emplace_back(text);
    }
    return list;
}

std::string description() {
    const auto now = std::chrono::system_clock::now();
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(
                            now.time_since_epoch() % std::chrono::seconds(1))
                            .count();
    return fmt::format(
        "Created by SAM CLI at {:%Y-%m-%dT%H:%M:%S}.{:06}+00:00 UTC",
        fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
        micros);
}

AwsResult<void> add_template(Uploader& uploader, const StackRequest& request, data::Map& input) {
    if (uploader.rules().bucket.empty()) {
        if (request.template_text.size() > largest_body) {
            return aws_client::aws_fail(
                AwsFailure::other,
                "Templates with a size greater than 51,200 bytes must be deployed via an S3 "
                "Bucket. Please add the --s3-bucket parameter to your command.",
                "or --resolve-s3, for a bucket that is made for it");
        }
        input.set("TemplateBody", request.template_text);
        return {};
    }
    auto place = uploader.put_text(request.template_text, "template");
    if (!place) {
        auto error = std::move(place).error();
        if (error.failure == AwsFailure::service) {
            error.message = fmt::format("Unable to upload the template: {}", error.message);
        }
        return aws_client::aws_fail(std::move(error));
    }
    AWS_TRY_ASSIGN(auto url, aws_client::path_style_url(uploader.session(), *place));
    input.set("TemplateURL", std::move(url));
    return {};
}

} // namespace

std::string hint_for(const AwsError& error, const std::string& stack) {
    const auto says = [&](std::string_view words) {
        return error.reason.find(words) != std::string::npos;
    };
    if (says("ROLLBACK_COMPLETE state") && !says("UPDATE_ROLLBACK_COMPLETE")) {
        return fmt::format(
            "its creation failed, and nothing can be made of it any more; delete it and deploy "
            "again: samara delete --stack-name {}",
            stack);
    }
    if (says("UPDATE_ROLLBACK_FAILED")) {
        return fmt::format(
            "mend what kept it from rolling back, then: aws cloudformation "
            "continue-update-rollback --stack-name {}",
            stack);
    }
    if (error.code == "InsufficientCapabilitiesException" || says("Requires capabilities")) {
        const std::size_t open = error.reason.find('[');
        const std::size_t close = error.reason.find(']', open);
        const std::string missing = open == std::string::npos || close == std::string::npos
                                        ? "CAPABILITY_IAM"
                                        : error.reason.substr(open + 1, close - open - 1);
        return fmt::format("add --capabilities {}", missing);
    }
    if (error.code == "ExpiredToken" || error.code == "ExpiredTokenException") {
        return "get new credentials; aws sso login does where they come from single sign-on";
    }
    return {};
}

bool says_nothing_to_change(const AwsError& error) {
    return error.reason.find("The submitted information didn't contain changes.") !=
               std::string::npos ||
           error.reason.find("No updates are to be performed") != std::string::npos;
}

AwsResult<NewChangeSet> create_change_set(
    Uploader& uploader,
    const StackRequest& request,
    std::chrono::minutes longest_wait,
    Observer& observer) {
    Session& session = uploader.session();
    AWS_TRY_ASSIGN(const auto stack, at_rest(session, request.stack, longest_wait, observer));
    NewChangeSet made;
    made.creates = !stack || stack->status == "REVIEW_IN_PROGRESS";
    data::Map input;
    input.set("ChangeSetName", fmt::format("samcli-deploy{}", std::time(nullptr)));
    input.set("StackName", request.stack);
    input.set("ChangeSetType", made.creates ? "CREATE" : "UPDATE");
    AWS_TRY_ASSIGN(auto parameters, parameters_of(session, request, made.creates));
    input.set("Parameters", std::move(parameters));
    input.set("Description", description());
    data::List tags;
    for (const auto& [key, value] : request.tags) {
        data::Map tag;
        tag.set("Key", key);
        tag.set("Value", value);
        tags.emplace_back(std::move(tag));
    }
    input.set("Tags", std::move(tags));
    AWS_TRY(add_template(uploader, request, input));
    if (!request.capabilities.empty()) {
        input.set("Capabilities", texts(request.capabilities));
    }
    if (!request.role_arn.empty()) {
        input.set("RoleARN", request.role_arn);
    }
    if (!request.notification_arns.empty()) {
        input.set("NotificationARNs", texts(request.notification_arns));
    }
    if (request.express) {
        data::Map config;
        config.set("Mode", "EXPRESS");
        config.set("DisableRollback", request.disable_rollback);
        input.set("DeploymentConfig", std::move(config));
    }
    // The name is the second; where one was made in it already, the next ones will do.
    constexpr std::time_t most = 10;
    const std::time_t now = std::time(nullptr);
    auto reply = aws_client::cloudformation(session, "CreateChangeSet", input);
    for (std::time_t more = 1;
         !reply && reply.error().code == "AlreadyExistsException" && more < most;
         ++more) {
        input.set("ChangeSetName", fmt::format("samcli-deploy{}", now + more));
        reply = aws_client::cloudformation(session, "CreateChangeSet", input);
    }
    if (!reply) {
        auto error = reply.error();
        if (error.reason.find("must be addressed using the specified endpoint") !=
            std::string::npos) {
            error.message = fmt::format(
                "Failed to create changeset for the stack: {}, deployment s3 bucket is in a "
                "different region, try sam deploy --guided",
                request.stack);
            return aws_client::aws_fail(std::move(error));
        }
        return cannot("Failed to create changeset for the stack", request.stack, std::move(error));
    }
    made.id = data::text_of(reply->value, "Id");
    made.stack_id = data::text_of(reply->value, "StackId");
    return made;
}

} // namespace samara::cloud
