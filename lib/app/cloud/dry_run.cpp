#include "app/cloud/deploy.h"
#include "app/load/parameter_files.h"
#include "aws_client/cloudformation.h"
#include "base/usage_error.h"
#include "cloud/deploy/managed_stack.h"
#include "data/accessors.h"
#include "data/read.h"
#include "transform/transform.h"

#include <algorithm>
#include <ctime>
#include <iterator>

#include <fmt/format.h>

namespace samara::app {

using aws_client::AwsFailure;
using aws_client::AwsResult;

namespace {

/// The bucket of the managed stack, where there is one: nothing is made for a dry run.
AwsResult<std::string> managed_bucket(aws_client::Session& session) {
    AWS_TRY_ASSIGN(
        const auto stack, aws_client::find_stack(session, std::string(cloud::managed_stack_name)));
    if (stack) {
        for (const aws_client::StackOutput& output : stack->outputs) {
            if (output.key == "SourceBucket") {
                return output.value;
            }
        }
    }
    return "bucket-that-is-made-then";
}

data::Value as_cloudformation(
    data::Value document,
    const std::string& region,
    const std::map<std::string, std::string>& parameters,
    base::Diagnostics& diagnostics) {
    transform::Options options;
    options.region = region;
    options.parameter_overrides = parameters;
    options.now = std::time(nullptr);
    transform::Output output = transform::transform(std::move(document), options);
    std::move(
        output.diagnostics.begin(), output.diagnostics.end(), std::back_inserter(diagnostics));
    return std::move(output.document);
}

} // namespace

AwsResult<DryRun> dry_run(
    const DeployOptions& options,
    const aws_client::SessionOptions& opened,
    cloud::Observer& observer) {
    if (options.stack_name.empty()) {
        return tl::unexpected(
            aws_client::AwsError(base::usage_error("Missing option '--stack-name'")));
    }
    AWS_TRY_ASSIGN(auto file, read_cloud_template(options.artifacts.template_file));
    AWS_TRY_ASSIGN(auto rules, check_artifacts(options.artifacts, file, true));
    AWS_TRY_ASSIGN(const auto given, read_parameter_overrides(options.parameter_overrides));
    AWS_TRY_ASSIGN(const auto session, aws_client::Session::open(opened));
    AWS_TRY_ASSIGN(const auto stack, aws_client::find_stack(*session, options.stack_name));
    if (rules.upload.bucket.empty()) {
        AWS_TRY_ASSIGN(rules.upload.bucket, managed_bucket(*session));
    }
    rules.upload.names_only = true;
    cloud::Uploader uploader(*session, rules.upload, observer);
    AWS_TRY_ASSIGN(
        auto packaged,
        cloud::package_template(
            std::move(file.document), file.path, uploader, nullptr, rules.package));
    DryRun run;
    run.exists = stack && stack->status != "REVIEW_IN_PROGRESS";
    std::map<std::string, std::string> parameters = given;
    data::Value before = data::Map();
    if (run.exists) {
        parameters.insert(stack->parameters.begin(), stack->parameters.end());
        AWS_TRY_ASSIGN(const auto text, aws_client::get_template(*session, options.stack_name));
        base::Diagnostics ignored; // AWS has taken it
        AWS_TRY_ASSIGN(auto deployed, data::read_yaml(text, options.stack_name, {}, &ignored));
        before =
            as_cloudformation(std::move(deployed), session->region(), stack->parameters, ignored);
    }
    const data::Value after = as_cloudformation(
        std::move(packaged.document), session->region(), parameters, run.diagnostics);
    if (has_errors(run.diagnostics)) {
        return run;
    }
    run.changes = cloud::compare_templates(before, after);
    return run;
}

} // namespace samara::app
