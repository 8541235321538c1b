#pragma once

#include "aws_client/session.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// CloudFormation, as far as this program calls it.
/// docs.aws.amazon.com/AWSCloudFormation/latest/APIReference
namespace samara::aws_client {

struct StackOutput {
    std::string key;
    std::string value;
    std::string description; ///< may be empty
};

struct Stack {
    std::string id;
    std::string name;
    std::string status;
    std::string reason; ///< of the status; may be empty
    bool termination_protection = false;
    std::vector<StackOutput> outputs;
    std::map<std::string, std::string> tags;
    std::map<std::string, std::string> parameters;
};

/// Nothing when there is no stack of that name; one that is deleted is found by its id only.
AwsResult<std::optional<Stack>> find_stack(Session& session, const std::string& name);

/// The words of DescribeStacks for a stack that is not there.
bool says_no_such_stack(const AwsError& error);

struct StackResource {
    std::string logical_id;
    std::string physical_id; ///< empty where nothing was made yet
    std::string type;
    std::string status;
};

/// All pages.
AwsResult<std::vector<StackResource>>
list_stack_resources(Session& session, const std::string& stack);

struct StackEvent {
    std::string id;
    std::string stack_id;
    std::string stack_name;
    std::string logical_id;
    std::string physical_id;
    std::string type;
    std::string status;
    std::string detailed_status; ///< may be empty
    std::string reason;          ///< may be empty
    std::string properties;      ///< of the resource, JSON; may be empty
    std::chrono::system_clock::time_point time;
};

/// Newest first, page after page, until `seen` gives false.
AwsResult<void> for_each_event(
    Session& session,
    const std::string& stack,
    const std::function<bool(const StackEvent& event)>& seen);

struct Change {
    std::string action; ///< "Add", "Modify", "Remove", "Import", "Dynamic"
    std::string logical_id;
    std::string physical_id;
    std::string type;
    std::string replacement; ///< "True", "False", "Conditional"; may be empty
    std::string policy;      ///< what happens to the resource: "Delete", "Retain"; may be empty
    std::vector<std::string> details; ///< what changes: "Properties.Timeout"
};

struct ChangeSet {
    std::string id;
    std::string status;
    std::string reason;
    std::vector<Change> changes; ///< of all pages, where they were asked for
};

AwsResult<ChangeSet>
describe_change_set(Session& session, const std::string& id, const std::string& stack, bool all);

/// The template of a stack as it was given ("Original").
AwsResult<std::string>
get_template(Session& session, const std::string& stack, const std::string& change_set = {});

/// A call of CloudFormation; the input's members as in the API.
AwsResult<Reply> cloudformation(Session& session, std::string_view operation, data::Map input);

} // namespace samara::aws_client
