#include "app/cloud/deploy.h"

#include "app/cloud/package.h"
#include "app/load/parameter_files.h"
#include "base/try.h"
#include "base/usage_error.h"
#include "cloud/deploy/companion_stack.h"
#include "cloud/deploy/managed_stack.h"
#include "cloud/deploy/open_access.h"
#include "data/accessors.h"
#include "data/write.h"

#include <fmt/format.h>

namespace samara::app {

using aws_client::AwsFailure;
using aws_client::AwsResult;
using cloud::Observer;
using cloud::Tone;

namespace {

void heading(Observer& observer, std::string_view text) {
    observer.say(fmt::format("\n\t{}", text), Tone::notice);
    observer.say(fmt::format("\t{}", std::string(text.size(), '=')), Tone::notice);
}

std::string json_list(const std::vector<std::string>& texts) {
    if (texts.empty()) {
        return "null";
    }
    std::vector<std::string> quoted;
    quoted.reserve(texts.size());
    for (const std::string& text : texts) {
        quoted.push_back(data::write_json(data::Value(text)));
    }
    return fmt::format("[{}]", fmt::join(quoted, ", "));
}

/// As Python writes a flat map.
std::string json_map(const std::map<std::string, std::string>& texts) {
    std::vector<std::string> members;
    for (const auto& [key, value] : texts) {
        members.push_back(fmt::format(
            "{}: {}", data::write_json(data::Value(key)), data::write_json(data::Value(value))));
    }
    return fmt::format("{{{}}}", fmt::join(members, ", "));
}

bool is_hidden(const data::Value& document, const std::string& parameter) {
    const data::Value* parameters = document.find("Parameters");
    const data::Value* one = parameters == nullptr ? nullptr : parameters->find(parameter);
    return one != nullptr &&
           (data::is_true(one->find("NoEcho")) || data::text_of(*one, "NoEcho") == "true");
}

void report_values(
    const DeployOptions& options,
    const ArtifactRules& rules,
    const cloud::StackRequest& request,
    const std::string& region,
    Observer& observer) {
    const auto line = [&](std::string_view label, const std::string& value) {
        observer.say(fmt::format("\t{:<29}: {}", label, value));
    };
    const auto yes = [](bool value) { return std::string(value ? "True" : "False"); };
    heading(observer, "Deploying with following values");
    line("Stack name", request.stack);
    line("Region", region);
    line("Confirm changeset", yes(options.rules.confirm));
    line("Disable rollback", yes(options.disable_rollback));
    if (!rules.repositories.by_id.empty()) {
        line("Deployment image repository", "");
        observer.say("                                       {");
        for (const auto& [function, uri] : rules.repositories.by_id) {
            observer.say(fmt::format(
                "                                           {}: {}",
                data::write_json(data::Value(function)),
                data::write_json(data::Value(uri))));
        }
        observer.say("                                       }");
    } else if (!rules.repositories.all.empty()) {
        line("Deployment image repository", "");
        observer.say("                                       " + rules.repositories.all);
    }
    line(
        "Deployment s3 bucket",
        rules.upload.bucket.empty() ? std::string("None") : rules.upload.bucket);
    line("Capabilities", json_list(request.capabilities));
    std::map<std::string, std::string> shown = request.parameters;
    for (auto& [name, value] : shown) {
        if (is_hidden(request.document, name)) {
            value = "*****";
        }
    }
    line("Parameter overrides", json_map(shown));
    std::map<std::string, std::string> signing;
    for (const auto& [resource, profile] : rules.package.signing) {
        signing[resource] = profile.name;
    }
    line("Signing Profiles", json_map(signing));
    heading(observer, "Initiating deployment");
}

base::Result<void> check(const DeployOptions& options) {
    if (options.stack_name.empty()) {
        return base::fail(base::usage_error(
            "Missing option '--stack-name', 'sam deploy --guided' can be used to provide and save "
            "needed parameters for future deploys."));
    }
    if (!options.artifacts.s3_bucket.empty() && options.artifacts.resolve_s3) {
        return base::fail("Cannot use both --resolve-s3 and --s3-bucket parameters in non-guided "
                          "deployments. Please use only one or use the --guided option for a "
                          "guided deployment.");
    }
    return {};
}

base::Result<cloud::StackRequest> make_request(const DeployOptions& options) {
    cloud::StackRequest request;
    request.stack = options.stack_name;
    TRY_ASSIGN(request.parameters, read_parameter_overrides(options.parameter_overrides));
    TRY_ASSIGN(request.tags, parse_pairs("--tags", options.tags));
    request.capabilities = split_words(options.capabilities);
    request.notification_arns = split_words(options.notification_arns);
    request.role_arn = options.role_arn;
    request.express = options.express;
    request.disable_rollback =
        options.disable_rollback || options.rules.on_failure == cloud::OnFailure::do_nothing;
    return request;
}

} // namespace

AwsResult<std::string>
managed_bucket(const aws_client::SessionOptions& opened, Observer& observer) {
    AWS_TRY_ASSIGN(const auto session, aws_client::Session::open(opened));
    AWS_TRY_ASSIGN(auto bucket, cloud::find_or_make_bucket(*session, observer));
    cloud::report_bucket(observer, bucket, false);
    return bucket;
}

AwsResult<std::vector<std::string>> unused_image_repositories(
    const std::string& stack,
    const std::vector<std::string>& functions,
    const aws_client::SessionOptions& opened) {
    AWS_TRY_ASSIGN(const auto session, aws_client::Session::open(opened));
    return cloud::unused_repositories(*session, stack, functions);
}

AwsResult<cloud::Deployed> deploy_application(
    const DeployOptions& options, const aws_client::SessionOptions& opened, Observer& observer) {
    AWS_TRY(check(options));
    AWS_TRY_ASSIGN(auto file, read_cloud_template(options.artifacts.template_file));
    AWS_TRY_ASSIGN(auto rules, check_artifacts(options.artifacts, file, false));
    AWS_TRY_ASSIGN(auto request, make_request(options));
    AWS_TRY_ASSIGN(const auto session, aws_client::Session::open(opened));
    AWS_TRY(session->endpoint("cloudformation")); // no region: before anything is told or sent
    if (options.artifacts.resolve_s3) {
        AWS_TRY_ASSIGN(rules.upload.bucket, cloud::find_or_make_bucket(*session, observer));
        cloud::report_bucket(observer, rules.upload.bucket, false);
    }
    cloud::Uploader uploader(*session, rules.upload, observer);
    AWS_TRY_ASSIGN(
        auto packaged,
        upload_artifacts(
            std::move(file),
            options.artifacts,
            rules,
            options.stack_name,
            *session,
            uploader,
            observer));
    request.template_text = template_text(packaged.document, options.use_json);
    request.document = std::move(packaged.document);
    report_values(options, rules, request, session->region(), observer);
    for (const std::string& open : cloud::open_access(request.document)) {
        observer.say(fmt::format("\n{} has no authentication.", open), Tone::notice);
    }
    return cloud::deploy_stack(uploader, request, options.rules, observer);
}

} // namespace samara::app
