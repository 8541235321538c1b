#pragma once

#include "app/cloud/artifacts.h"
#include "aws_client/session.h"
#include "common_options.h"
#include "options.h"
#include "prompt.h"

/// What commands that talk to AWS share, and what those that upload artifacts take alike.
namespace samara::cli {

struct UploadOptions {
    app::ArtifactOptions artifacts;
    std::optional<bool> resolve_s3;
    std::optional<bool> language_extensions;
    bool use_json = false;
    bool no_progress = false;
};

void declare_upload(Options& options, UploadOptions& given);

/// The options of the library, once parsed.
app::ArtifactOptions artifact_options(const UploadOptions& given, const CommonOptions& common);

/// How a session is opened for a command; MFA codes are asked for on the terminal.
aws_client::SessionOptions session_options(const CommonOptions& common, os::Cancellation cancel);

/// Whether there is somebody to ask.
bool can_ask();

/// Prints an error of AWS and gives its exit code.
int exit_with_aws(Console& console, const aws_client::AwsError& error);

} // namespace samara::cli
