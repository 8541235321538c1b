#pragma once

#include "cloud/package/image_push.h"
#include "cloud/package/uploader.h"

#include <map>
#include <string>
#include <vector>

/// The stack beside an application's that holds the repositories of its images.
namespace samara::cloud {

/// "STACK-0123abcd-CompanionStack"
std::string companion_stack_name(const std::string& stack);

struct ManagedRepository {
    std::string function;   ///< its path
    std::string logical_id; ///< in the companion stack
    std::string output;
    std::string name; ///< of the repository
};

ManagedRepository managed_repository(const std::string& stack, const std::string& function);

/// The template of the companion stack for these functions, JSON.
std::string companion_template(const std::string& stack, const std::vector<std::string>& functions);

/// Makes the companion stack have a repository for each function without one of its own, and no
/// others; their URIs are added to `repositories`.
aws_client::AwsResult<void> sync_repositories(
    Uploader& uploader,
    const std::string& stack,
    const std::vector<std::string>& functions,
    ImageRepositories& repositories,
    Observer& observer);

/// Logical ids of repositories in the companion stack that no function uses.
aws_client::AwsResult<std::vector<std::string>> unused_repositories(
    aws_client::Session& session,
    const std::string& stack,
    const std::vector<std::string>& functions);

} // namespace samara::cloud
