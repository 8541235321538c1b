#include "aws_client/cloudformation.h"

#include "aws_client/credential_cache.h"
#include "aws_client/xml.h"
#include "data/accessors.h"

#include <utility>

namespace samara::aws_client {

namespace {

std::map<std::string, std::string> pairs_of(
    const data::Value& stack, std::string_view list, std::string_view key, std::string_view value) {
    std::map<std::string, std::string> pairs;
    for (const data::Value& item : list_of(&stack, list)) {
        pairs.emplace(data::text_of(item, key), data::text_of(item, value));
    }
    return pairs;
}

Stack read_stack(const data::Value& item) {
    Stack stack;
    stack.id = data::text_of(item, "StackId");
    stack.name = data::text_of(item, "StackName");
    stack.status = data::text_of(item, "StackStatus");
    stack.reason = data::text_of(item, "StackStatusReason");
    stack.termination_protection = data::text_of(item, "EnableTerminationProtection") == "true";
    stack.tags = pairs_of(item, "Tags", "Key", "Value");
    stack.parameters = pairs_of(item, "Parameters", "ParameterKey", "ParameterValue");
    for (const data::Value& output : list_of(&item, "Outputs")) {
        stack.outputs.push_back(
            {data::text_of(output, "OutputKey"),
             data::text_of(output, "OutputValue"),
             data::text_of(output, "Description")});
    }
    return stack;
}

StackEvent read_event(const data::Value& item) {
    StackEvent event;
    event.id = data::text_of(item, "EventId");
    event.stack_id = data::text_of(item, "StackId");
    event.stack_name = data::text_of(item, "StackName");
    event.logical_id = data::text_of(item, "LogicalResourceId");
    event.physical_id = data::text_of(item, "PhysicalResourceId");
    event.type = data::text_of(item, "ResourceType");
    event.status = data::text_of(item, "ResourceStatus");
    event.detailed_status = data::text_of(item, "DetailedStatus");
    event.reason = data::text_of(item, "ResourceStatusReason");
    event.properties = data::text_of(item, "ResourceProperties");
    event.time = parse_precise_time(data::text_of(item, "Timestamp"))
                     .value_or(std::chrono::system_clock::time_point());
    return event;
}

Change read_change(const data::Value& item) {
    const data::Value* resource = item.find("ResourceChange");
    Change change;
    change.action = data::text_of(resource, "Action");
    change.logical_id = data::text_of(resource, "LogicalResourceId");
    change.physical_id = data::text_of(resource, "PhysicalResourceId");
    change.type = data::text_of(resource, "ResourceType");
    change.replacement = data::text_of(resource, "Replacement");
    change.policy = data::text_of(resource, "PolicyAction");
    for (const data::Value& detail : list_of(resource, "Details")) {
        const data::Value* target = detail.find("Target");
        const std::string name = data::text_of(target, "Name");
        std::string where = data::text_of(target, "Attribute");
        if (!name.empty()) {
            where += "." + name;
        }
        change.details.push_back(std::move(where));
    }
    return change;
}

} // namespace

AwsResult<Reply> cloudformation(Session& session, std::string_view operation, data::Map input) {
    return session.call(
        {.service = "cloudformation", .operation = operation, .input = std::move(input)});
}

bool says_no_such_stack(const AwsError& error) {
    return error.code == "ValidationError" &&
           error.reason.find("does not exist") != std::string::npos;
}

AwsResult<std::optional<Stack>> find_stack(Session& session, const std::string& name) {
    data::Map input;
    input.set("StackName", name);
    const auto reply = cloudformation(session, "DescribeStacks", std::move(input));
    if (!reply) {
        return says_no_such_stack(reply.error()) ? AwsResult<std::optional<Stack>>(std::nullopt)
                                                 : aws_fail(reply.error());
    }
    const data::List stacks = list_of(&reply->value, "Stacks");
    return stacks.empty() ? std::nullopt : std::optional(read_stack(stacks.front()));
}

AwsResult<std::vector<StackResource>>
list_stack_resources(Session& session, const std::string& stack) {
    std::vector<StackResource> resources;
    Call call{.service = "cloudformation", .operation = "ListStackResources"};
    call.input.set("StackName", stack);
    AWS_TRY(for_each_page(
        session, std::move(call), "NextToken", "NextToken", [&](const data::Value& page) {
            for (const data::Value& item : list_of(&page, "StackResourceSummaries")) {
                resources.push_back(
                    {data::text_of(item, "LogicalResourceId"),
                     data::text_of(item, "PhysicalResourceId"),
                     data::text_of(item, "ResourceType"),
                     data::text_of(item, "ResourceStatus")});
            }
            return true;
        }));
    return resources;
}

AwsResult<void> for_each_event(
    Session& session,
    const std::string& stack,
    const std::function<bool(const StackEvent& event)>& seen) {
    Call call{.service = "cloudformation", .operation = "DescribeStackEvents"};
    call.input.set("StackName", stack);
    return for_each_page(
        session, std::move(call), "NextToken", "NextToken", [&](const data::Value& page) {
            for (const data::Value& item : list_of(&page, "StackEvents")) {
                if (!seen(read_event(item))) {
                    return false;
                }
            }
            return true;
        });
}

AwsResult<ChangeSet>
describe_change_set(Session& session, const std::string& id, const std::string& stack, bool all) {
    ChangeSet found;
    Call call{.service = "cloudformation", .operation = "DescribeChangeSet"};
    call.input.set("ChangeSetName", id);
    call.input.set("StackName", stack);
    AWS_TRY(for_each_page(
        session, std::move(call), "NextToken", "NextToken", [&](const data::Value& page) {
            found.id = data::text_of(page, "ChangeSetId");
            found.status = data::text_of(page, "Status");
            found.reason = data::text_of(page, "StatusReason");
            for (const data::Value& item : list_of(&page, "Changes")) {
                found.changes.push_back(read_change(item));
            }
            return all;
        }));
    return found;
}

AwsResult<std::string>
get_template(Session& session, const std::string& stack, const std::string& change_set) {
    data::Map input;
    input.set("StackName", stack);
    if (!change_set.empty()) {
        input.set("ChangeSetName", change_set);
    }
    input.set("TemplateStage", "Original");
    AWS_TRY_ASSIGN(const auto reply, cloudformation(session, "GetTemplate", std::move(input)));
    return data::text_of(reply.value.find("TemplateBody"));
}

} // namespace samara::aws_client
