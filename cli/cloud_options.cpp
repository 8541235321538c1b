#include "cloud_options.h"

#include "command.h"
#include "terminal_secret.h"

#include <unistd.h>

namespace samara::cli {

void declare_upload(Options& options, UploadOptions& given) {
    app::ArtifactOptions& artifacts = given.artifacts;
    options.group("Artifacts");
    options.text(
        "--s3-bucket",
        artifacts.s3_bucket,
        {.help = "S3 bucket that code and templates go to", .value_name = "NAME"});
    options.text(
        "--s3-prefix",
        artifacts.s3_prefix,
        {.help = "What their keys begin with", .value_name = "PREFIX"});
    options.toggle(
        "--resolve-s3/--no-resolve-s3",
        given.resolve_s3,
        {.help = "Use a bucket that is made for all applications of this account and region"});
    options.text(
        "--kms-key-id",
        artifacts.kms_key_id,
        {.help = "KMS key that encrypts them", .value_name = "ID"});
    options.flag(
        "--force-upload", artifacts.force_upload, {.help = "Upload also what is there already"});
    options.list(
        "--metadata",
        artifacts.metadata,
        {.help = "Metadata of the objects, KEY=VALUE,KEY=VALUE or a JSON object",
         .value_name = "PAIRS"});
    options.list(
        "--signing-profiles",
        artifacts.signing_profiles,
        {.help = "Have code signed, RESOURCE=PROFILE or RESOURCE=PROFILE:OWNER",
         .value_name = "PAIRS"});
    options.text(
        "--image-repository",
        artifacts.image_repository,
        {.help = "ECR repository for the images of all functions", .value_name = "URI"});
    options.list(
        "--image-repositories",
        artifacts.image_repositories,
        {.help = "ECR repository for the image of one function", .value_name = "FUNCTION=URI"});
    options.flag(
        "--resolve-image-repos",
        artifacts.resolve_image_repos,
        {.help = "Keep an ECR repository for each function in a stack beside the application's"});
    options.toggle(
        "--language-extensions/--no-language-extensions",
        given.language_extensions,
        {.help = "Write out loops of AWS::LanguageExtensions whose resources have artifacts; "
                 "default: yes",
         .environment = "SAM_CLI_ENABLE_LANGUAGE_EXTENSIONS"});
    options.flag("--use-json", given.use_json, {.help = "Write templates as JSON"});
    options.flag(
        "--no-progressbar", given.no_progress, {.help = "Do not report how far uploads are"});
}

app::ArtifactOptions artifact_options(const UploadOptions& given, const CommonOptions& common) {
    app::ArtifactOptions artifacts = given.artifacts;
    artifacts.template_file = common.template_file;
    artifacts.resolve_s3 = given.resolve_s3.value_or(false);
    artifacts.parameter_overrides = common.parameter_overrides;
    artifacts.language_extensions = given.language_extensions;
    artifacts.region = common.region;
    artifacts.profile = common.profile;
    artifacts.version = SAMARA_VERSION;
    return artifacts;
}

bool can_ask() {
    return ::isatty(STDIN_FILENO) == 1;
}

aws_client::SessionOptions session_options(const CommonOptions& common, os::Cancellation cancel) {
    aws_client::SessionOptions options;
    options.region = common.region;
    options.profile = common.profile;
    options.cancel = std::move(cancel);
    options.version = SAMARA_VERSION;
    options.ask_secret = ask_secret;
    return options;
}

int exit_with_aws(Console& console, const aws_client::AwsError& error) {
    if (error.failure == aws_client::AwsFailure::cancelled) {
        console.err_line("\nAborted!");
        return 1;
    }
    return exit_with(console, error);
}

} // namespace samara::cli
