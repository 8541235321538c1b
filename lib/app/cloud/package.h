#pragma once

#include "app/cloud/artifacts.h"
#include "aws_client/session.h"
#include "cloud/observer.h"

namespace samara::app {

struct PackageOptions {
    ArtifactOptions artifacts;
    std::filesystem::path output_template; ///< empty: it is the result
    bool use_json = false;
};

struct PackagedApplication {
    std::string text; ///< of the template; written to the file where one is named
    std::vector<cloud::PackagedArtifact> artifacts;
};

aws_client::AwsResult<PackagedApplication> package_application(
    const PackageOptions& options,
    const aws_client::SessionOptions& session,
    cloud::Observer& observer);

/// Uploads what a template names, and gives it with what is then in their places; warnings are
/// reported. The repositories that --resolve-image-repos makes belong to `stack`.
aws_client::AwsResult<cloud::Packaged> upload_artifacts(
    CloudTemplate file,
    const ArtifactOptions& options,
    ArtifactRules& rules,
    const std::string& stack,
    aws_client::Session& session,
    cloud::Uploader& uploader,
    cloud::Observer& observer);

/// A template as `package` writes it.
std::string template_text(const data::Value& document, bool json);

} // namespace samara::app
