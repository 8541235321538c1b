#include "app/cloud/package.h"

#include "base/try.h"
#include "cloud/deploy/companion_stack.h"
#include "cloud/deploy/managed_stack.h"
#include "data/write.h"
#include "os/file.h"

#include <fmt/format.h>

namespace samara::app {

using aws_client::AwsResult;

namespace {

constexpr std::string_view neither =
    "Cannot skip both --resolve-s3 and --s3-bucket parameters. Please provide one of these "
    "arguments.";

base::Result<void> check_bucket(const ArtifactOptions& options, const ArtifactRules& rules) {
    if (!options.s3_bucket.empty() && options.resolve_s3) {
        return base::fail(
            "Cannot use both --resolve-s3 and --s3-bucket parameters. Please use only one.");
    }
    const bool needed = rules.needs.files || options.resolve_image_repos;
    return needed && options.s3_bucket.empty() && !options.resolve_s3
               ? base::fail(std::string(neither))
               : base::Result<void>();
}

} // namespace

std::string template_text(const data::Value& document, bool json) {
    constexpr int indent = 4;
    return json ? data::write_json(document, indent) : data::write_yaml(document);
}

AwsResult<cloud::Packaged> upload_artifacts(
    CloudTemplate file,
    const ArtifactOptions& options,
    ArtifactRules& rules,
    const std::string& stack,
    aws_client::Session& session,
    cloud::Uploader& uploader,
    cloud::Observer& observer) {
    if (options.resolve_image_repos) {
        AWS_TRY(cloud::sync_repositories(
            uploader, stack, rules.needs.images, rules.repositories, observer));
    }
    cloud::ImagePusher images(
        session, rules.repositories, local_images(session.cancel()), observer);
    AWS_TRY_ASSIGN(
        auto packaged,
        cloud::package_template(
            std::move(file.document), file.path, uploader, &images, rules.package));
    for (const base::Diagnostic& warning : packaged.warnings) {
        observer.log(fmt::format("Warning: {}", to_string(warning.error)), cloud::Tone::notice);
    }
    return packaged;
}

AwsResult<PackagedApplication> package_application(
    const PackageOptions& options,
    const aws_client::SessionOptions& opened,
    cloud::Observer& observer) {
    AWS_TRY_ASSIGN(auto file, read_cloud_template(options.artifacts.template_file));
    AWS_TRY_ASSIGN(auto rules, check_artifacts(options.artifacts, file, false));
    AWS_TRY(check_bucket(options.artifacts, rules));
    AWS_TRY_ASSIGN(const auto session, aws_client::Session::open(opened));
    if (options.artifacts.resolve_s3) {
        AWS_TRY_ASSIGN(rules.upload.bucket, cloud::find_or_make_bucket(*session, observer));
        cloud::report_bucket(observer, rules.upload.bucket, options.output_template.empty());
    }
    cloud::Uploader uploader(*session, rules.upload, observer);
    const std::string stack = "sam-app-" + file.path.stem().string();
    AWS_TRY_ASSIGN(
        auto packaged,
        upload_artifacts(
            std::move(file), options.artifacts, rules, stack, *session, uploader, observer));
    std::string text = template_text(packaged.document, options.use_json);
    if (!options.output_template.empty()) {
        AWS_TRY(os::replace_file(options.output_template, text));
    }
    return PackagedApplication{std::move(text), std::move(packaged.artifacts)};
}

} // namespace samara::app
