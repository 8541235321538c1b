#pragma once

#include "app/cloud/artifacts.h"
#include "aws_client/session.h"
#include "cloud/deploy/deploy.h"
#include "cloud/deploy/dry_run.h"

namespace samara::app {

struct DeployOptions {
    ArtifactOptions artifacts;
    std::string stack_name;
    std::vector<std::string> parameter_overrides;
    std::vector<std::string> tags;
    std::vector<std::string> capabilities;
    std::vector<std::string> notification_arns;
    std::string role_arn;
    bool use_json = false;
    bool disable_rollback = false;
    bool express = false;
    cloud::DeployRules rules;
    std::vector<std::string> hidden; ///< parameters whose values are not shown
};

/// Packages and deploys. What it is done with is told first.
aws_client::AwsResult<cloud::Deployed> deploy_application(
    const DeployOptions& options,
    const aws_client::SessionOptions& session,
    cloud::Observer& observer);

/// The bucket that is kept for deployments; made where there is none, and told.
aws_client::AwsResult<std::string>
managed_bucket(const aws_client::SessionOptions& session, cloud::Observer& observer);

/// Repositories of the stack's images that no function of the template needs any more.
aws_client::AwsResult<std::vector<std::string>> unused_image_repositories(
    const std::string& stack,
    const std::vector<std::string>& functions,
    const aws_client::SessionOptions& session);

struct DryRun {
    bool exists = false; ///< the stack
    std::vector<cloud::PlannedChange> changes;
    base::Diagnostics diagnostics; ///< of the transform
};

/// What deploying would change, by the transform of the template here and of the one that is
/// deployed. Calls nothing that changes anything.
aws_client::AwsResult<DryRun> dry_run(
    const DeployOptions& options,
    const aws_client::SessionOptions& session,
    cloud::Observer& observer);

} // namespace samara::app
