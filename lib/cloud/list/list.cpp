#include "cloud/list/list.h"

#include "cloud/at_once.h"
#include "cloud/list/endpoints.h"
#include "cloud/stack_lookup.h"
#include "data/accessors.h"

#include <fmt/format.h>

namespace samara::cloud {

using aws_client::AwsResult;
using aws_client::Session;
using aws_client::StackResource;

namespace {

const std::string not_deployed = "-";

bool is_among(const std::vector<StackResource>& resources, const std::string& logical_id) {
    return std::ranges::any_of(resources, [&](const StackResource& resource) {
        return resource.logical_id == logical_id;
    });
}

AwsResult<std::vector<StackResource>> deployed(Session& session, const std::string& stack) {
    return stack.empty() ? AwsResult<std::vector<StackResource>>() : resources_of(session, stack);
}

} // namespace

AwsResult<std::vector<ListedResource>>
list_resources(Session& session, const std::string& stack, const data::Value& template_document) {
    AWS_TRY_ASSIGN(const auto resources, deployed(session, stack));
    std::vector<ListedResource> rows;
    for (const StackResource& resource : resources) {
        rows.push_back(
            {resource.logical_id,
             resource.physical_id.empty() ? not_deployed : resource.physical_id});
    }
    for (const data::Entry& local : data::members_of(template_document.find("Resources"))) {
        if (!is_among(resources, local.key)) {
            rows.push_back({local.key, not_deployed});
        }
    }
    return rows;
}

AwsResult<std::vector<ListedEndpoint>>
list_endpoints(Session& session, const std::string& stack, const data::Value& template_document) {
    AWS_TRY_ASSIGN(const auto resources, deployed(session, stack));
    const EndpointFinder finder(session, template_document, resources);
    std::vector<StackResource> callable;
    for (const StackResource& resource : resources) {
        if (EndpointFinder::can_be_called(resource.type)) {
            callable.push_back(resource);
        }
    }
    std::vector<AwsResult<ListedEndpoint>> found(callable.size());
    for_each_at_once(callable.size(), [&](std::size_t i) { found[i] = finder.find(callable[i]); });
    std::vector<ListedEndpoint> rows;
    for (auto& row : found) {
        AWS_TRY_ASSIGN(rows.emplace_back(), std::move(row));
    }
    for (const data::Entry& local : data::members_of(template_document.find("Resources"))) {
        const std::string type = data::text_of(local.value, "Type");
        if (EndpointFinder::can_be_called(type) && !is_among(resources, local.key)) {
            rows.push_back(finder.local_only(local.key, type));
        }
    }
    return rows;
}

AwsResult<std::vector<aws_client::StackOutput>>
list_stack_outputs(Session& session, const std::string& stack) {
    AWS_TRY_ASSIGN(const auto found, aws_client::find_stack(session, stack));
    if (!found) {
        return no_such_stack(session, stack);
    }
    if (found->outputs.empty()) {
        return aws_client::aws_fail(
            aws_client::AwsFailure::other,
            fmt::format(
                "Outputs do not exist for the input stack {} on Cloudformation in the region {}",
                stack,
                session.region()));
    }
    return found->outputs;
}

} // namespace samara::cloud
