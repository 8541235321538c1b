#include "cloud_observer.h"
#include "commands.h"
#include "deploy_options.h"
#include "diagnostics.h"
#include "os/signals.h"

#include <fmt/format.h>

#include <unistd.h>

// samara deploy
namespace samara::cli {

namespace {

constexpr std::string_view deploy_examples =
    "  samara deploy --guided\n"
    "  samara deploy --stack-name my-app --resolve-s3 --capabilities CAPABILITY_IAM\n"
    "  samara deploy --stack-name my-app --dry-run\n";

cloud::OnFailure on_failure(const std::string& name) {
    return name == "DELETE"       ? cloud::OnFailure::delete_stack
           : name == "DO_NOTHING" ? cloud::OnFailure::do_nothing
                                  : cloud::OnFailure::roll_back;
}

/// Of options that exclude each other.
std::optional<base::Error> conflict(const DeployArguments& given) {
    if (given.disable_rollback.value_or(false) && !given.on_failure.empty()) {
        return usage_error(
            "--disable-rollback cannot be used with --on-failure",
            "--on-failure DO_NOTHING is the same as --disable-rollback");
    }
    return std::nullopt;
}

int dry_run(
    Console& console,
    const DeployArguments& given,
    const aws_client::SessionOptions& session,
    CloudObserver& observer) {
    const auto run = app::dry_run(given.deploy, session, observer);
    if (!run) {
        return exit_with_aws(console, run.error());
    }
    print_diagnostics(console, run->diagnostics, false);
    if (has_errors(run->diagnostics)) {
        return 1;
    }
    if (given.output == "json") {
        console.out(dry_run_json(*run, given.deploy.stack_name));
    } else {
        print_dry_run(console, *run, given.deploy.stack_name);
    }
    return 0;
}

} // namespace

void declare_deploy(Options& options, DeployArguments& given) {
    options.group("Deploy");
    options.flag("-g,--guided", given.guided, {.help = "Ask for what is needed, and keep it"});
    options.text(
        "--stack-name",
        given.deploy.stack_name,
        {.help = "The stack to make or change", .value_name = "NAME"});
    options.list(
        "--capabilities",
        given.deploy.capabilities,
        {.help = "What CloudFormation may do: CAPABILITY_IAM, CAPABILITY_NAMED_IAM, "
                 "CAPABILITY_AUTO_EXPAND",
         .value_name = "NAME"});
    options.list("--tags", given.deploy.tags, {.help = "Tags of the stack", .value_name = "K=V"});
    options.list(
        "--notification-arns",
        given.deploy.notification_arns,
        {.help = "SNS topics that get the stack's events", .value_name = "ARN"});
    options.text(
        "--role-arn",
        given.deploy.role_arn,
        {.help = "Role that CloudFormation takes", .value_name = "ARN"});
    options.flag("--no-execute-changeset", given.no_execute, {.help = "Only make the change set"});
    options.toggle(
        "--confirm-changeset/--no-confirm-changeset",
        given.confirm,
        {.help = "Ask before it is executed"});
    options.toggle(
        "--fail-on-empty-changeset/--no-fail-on-empty-changeset",
        given.fail_on_empty,
        {.help = "Whether it is a failure when there is nothing to change; default: yes"});
    options.toggle(
        "--disable-rollback/--no-disable-rollback",
        given.disable_rollback,
        {.help = "Keep what was made when the deployment fails"});
    options.choice(
        "--on-failure",
        given.on_failure,
        {"ROLLBACK", "DELETE", "DO_NOTHING"},
        {.help = "What happens to the stack when the deployment fails; default: ROLLBACK"});
    options.number(
        "--max-wait-duration",
        given.minutes,
        {.help = "How long to wait for the stack, in minutes", .value_name = "MINUTES"});
    options.toggle(
        "--express/--no-express",
        given.express,
        {.help = "Let CloudFormation end before all resources are stable"});
    options.flag(
        "--protect-data",
        given.deploy.rules.protect_data,
        {.help = "Refuse to remove or replace tables, buckets, databases and the like"});
    options.flag(
        "--dry-run", given.dry_run, {.help = "Show what would change, and change nothing"});
    options.choice(
        "--output", given.output, {"text", "json"}, {.help = "How the result is written"});
    declare_upload(options, given.upload);
    declare_common(options, given.common);
}

int deploy(Console& console, const Arguments& arguments) {
    DeployArguments given;
    Options options("samara deploy", "Deploy an application to AWS.", deploy_examples);
    declare_deploy(options, given);
    if (const auto ended = prepare(console, options, arguments, "deploy", given.common)) {
        return *ended;
    }
    if (const auto error = conflict(given)) {
        return exit_with(console, *error);
    }
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    const bool json = given.output == "json";
    Prompt prompt(console, cancel, json ? Prompt::Stream::error : Prompt::Stream::output);
    CloudObserver observer(
        console, {.progress = !given.upload.no_progress && !given.common.quiet, .quiet = json});
    if (given.guided && !given.dry_run) {
        if (const auto ended = ask_for_deployment(console, prompt, observer, given, cancel)) {
            return *ended;
        }
    }
    app::DeployOptions& deploy = given.deploy;
    deploy.artifacts = artifact_options(given.upload, given.common);
    deploy.parameter_overrides = given.common.parameter_overrides;
    deploy.use_json = given.upload.use_json;
    deploy.disable_rollback = given.disable_rollback.value_or(false);
    deploy.express = given.express.value_or(false);
    deploy.rules.execute = !given.no_execute;
    deploy.rules.fail_on_empty = given.fail_on_empty.value_or(true);
    deploy.rules.confirm = given.confirm.value_or(false);
    deploy.rules.on_failure = on_failure(given.on_failure);
    deploy.rules.longest = std::chrono::minutes(given.minutes);
    if (deploy.rules.confirm || can_ask()) {
        deploy.rules.ask = [&prompt](std::string_view question) {
            return prompt.confirm(question);
        };
    }
    const auto session = session_options(given.common, cancel);
    if (given.dry_run) {
        return dry_run(console, given, session, observer);
    }
    const auto deployed = app::deploy_application(deploy, session, observer);
    if (!deployed) {
        return exit_with_aws(console, deployed.error());
    }
    if (json) {
        console.out(deployed_json(*deployed, deploy.stack_name));
    }
    return 0;
}

} // namespace samara::cli
