#pragma once

#include "cloud/list/list.h"

#include <map>

/// Where functions and APIs of a stack are called.
namespace samara::cloud {

class EndpointFinder {
public:
    /// The arguments must outlive it. `resources` are those of the stack.
    EndpointFinder(
        aws_client::Session& session,
        const data::Value& template_document,
        const std::vector<aws_client::StackResource>& resources);

    static bool can_be_called(std::string_view type);

    /// Asks AWS; thread-safe.
    [[nodiscard]] aws_client::AwsResult<ListedEndpoint>
    find(const aws_client::StackResource& resource) const;

    /// One that only the template has.
    [[nodiscard]] ListedEndpoint
    local_only(const std::string& logical_id, std::string_view type) const;

private:
    [[nodiscard]] aws_client::AwsResult<std::vector<std::string>>
    function_url(const std::string& physical_id) const;
    [[nodiscard]] aws_client::AwsResult<std::vector<std::string>>
    stage_urls(const aws_client::StackResource& api) const;
    [[nodiscard]] std::vector<std::string> methods_of(const std::string& logical_id) const;

    aws_client::Session& session_;
    const data::Value& document_;
    /// By the logical id of an API: addresses of the domains that are mapped to it.
    std::map<std::string, std::vector<std::string>> domains_;
};

} // namespace samara::cloud
