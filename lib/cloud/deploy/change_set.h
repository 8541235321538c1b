#pragma once

#include "cloud/package/uploader.h"
#include "data/value.h"

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace samara::cloud {

/// What a stack is made of and how.
struct StackRequest {
    std::string stack;
    std::string template_text;
    data::Value document; ///< the same, read
    std::map<std::string, std::string> parameters;
    std::vector<std::pair<std::string, std::string>> tags;
    std::vector<std::string> capabilities;
    std::vector<std::string> notification_arns;
    std::string role_arn;
    bool express = false;
    bool disable_rollback = false;
};

struct NewChangeSet {
    std::string id;
    std::string stack_id;
    bool creates = false; ///< the stack, too
};

/// Asks for a change set. Waits first where the stack is being changed, by somebody else or by a
/// run that was stopped.
aws_client::AwsResult<NewChangeSet> create_change_set(
    Uploader& uploader,
    const StackRequest& request,
    std::chrono::minutes longest_wait,
    Observer& observer);

/// Whether the reason of a failed change set is that there is nothing to change.
bool says_nothing_to_change(const aws_client::AwsError& error);

/// Who is told that a stack's name or state is wrong also gets what to do next.
std::string hint_for(const aws_client::AwsError& error, const std::string& stack);

} // namespace samara::cloud
