#include "cloud/list/endpoints.h"

#include "aws/partition.h"
#include "data/accessors.h"
#include "data/read.h"

#include <array>

#include <fmt/format.h>

namespace samara::cloud {

using aws_client::AwsResult;
using aws_client::Session;
using aws_client::StackResource;

namespace {

constexpr std::string_view function_type = "AWS::Lambda::Function";
constexpr std::string_view rest_api = "AWS::ApiGateway::RestApi";
constexpr std::string_view http_api = "AWS::ApiGatewayV2::Api";

/// Resources that put a domain before an API, and the member that names the API.
struct Mapping {
    std::string_view type;
    std::string_view api;
};

constexpr std::array<Mapping, 2> mappings{
    {{"AWS::ApiGateway::BasePathMapping", "RestApiId"},
     {"AWS::ApiGatewayV2::ApiMapping", "ApiId"}}};

std::string referenced(const data::Value* properties, std::string_view member) {
    const data::Value* value = properties == nullptr ? nullptr : properties->find(member);
    return value == nullptr ? std::string() : data::text_of(*value, "Ref");
}

/// Not found is no failure: there is nothing that could be called.
bool says_not_found(const aws_client::AwsError& error) {
    return error.code == "NotFoundException" || error.code == "ResourceNotFoundException";
}

/// A list as Python shows it, which scripts that read the original's output expect.
std::string python_list(const std::vector<std::string>& texts) {
    std::string list;
    for (const std::string& text : texts) {
        list += (list.empty() ? "'" : ", '") + text + "'";
    }
    return "[" + list + "]";
}

} // namespace

EndpointFinder::EndpointFinder(
    Session& session,
    const data::Value& template_document,
    const std::vector<StackResource>& resources)
    : session_(session), document_(template_document) {
    std::map<std::string, std::string> physical;
    for (const StackResource& resource : resources) {
        physical[resource.logical_id] = resource.physical_id;
    }
    for (const data::Entry& resource : data::members_of(document_.find("Resources"))) {
        const std::string type = data::text_of(resource.value, "Type");
        for (const Mapping& mapping : mappings) {
            const data::Value* properties = resource.value.find("Properties");
            const auto domain = physical.find(referenced(properties, "DomainName"));
            if (type == mapping.type && domain != physical.end() && !domain->second.empty()) {
                domains_[referenced(properties, mapping.api)].push_back(
                    "https://" + domain->second);
            }
        }
    }
}

bool EndpointFinder::can_be_called(std::string_view type) {
    return type == function_type || type == rest_api || type == http_api;
}

AwsResult<ListedEndpoint> EndpointFinder::find(const StackResource& resource) const {
    ListedEndpoint row = local_only(resource.logical_id, resource.type);
    if (resource.physical_id.empty()) {
        return row;
    }
    row.physical_id = resource.physical_id;
    if (!row.is_api) {
        AWS_TRY_ASSIGN(row.urls, function_url(resource.physical_id));
    } else if (const auto own = domains_.find(resource.logical_id); own != domains_.end()) {
        row.urls = own->second;
    } else {
        AWS_TRY_ASSIGN(row.urls, stage_urls(resource));
    }
    return row;
}

ListedEndpoint
EndpointFinder::local_only(const std::string& logical_id, std::string_view type) const {
    ListedEndpoint row{
        .logical_id = logical_id, .physical_id = "-", .is_api = type != function_type};
    if (row.is_api) {
        row.methods = methods_of(logical_id);
    }
    return row;
}

AwsResult<std::vector<std::string>>
EndpointFinder::function_url(const std::string& physical_id) const {
    data::Map input;
    input.set("TypeName", "AWS::Lambda::Url");
    input.set("Identifier", physical_id);
    const auto reply = session_.call(
        {.service = "cloudcontrolapi", .operation = "GetResource", .input = std::move(input)});
    if (!reply) {
        return says_not_found(reply.error()) ? AwsResult<std::vector<std::string>>()
                                             : aws_client::aws_fail(reply.error());
    }
    const data::Value* description = reply->value.find("ResourceDescription");
    const auto properties = data::read_json(data::text_of(description, "Properties"), "Properties");
    const std::string url = properties ? data::text_of(*properties, "FunctionUrl") : std::string();
    return url.empty() ? std::vector<std::string>() : std::vector<std::string>{url};
}

AwsResult<std::vector<std::string>> EndpointFinder::stage_urls(const StackResource& api) const {
    const bool rest = api.type == rest_api;
    std::vector<std::string> urls;
    const auto add = [&](const data::Value& page) {
        const data::Value* items = page.find(rest ? "item" : "items");
        if (items == nullptr || items->as_list() == nullptr) {
            return true;
        }
        for (const data::Value& stage : *items->as_list()) {
            urls.push_back(fmt::format(
                "https://{}.execute-api.{}.{}/{}",
                api.physical_id,
                session_.region(),
                aws::domain_of(aws::partition_of(session_.region())),
                data::text_of(stage, "stageName")));
        }
        return true;
    };
    aws_client::Call call{
        .service = rest ? "apigateway" : "apigatewayv2", .operation = "GetStages"};
    call.input.set(rest ? "restApiId" : "ApiId", api.physical_id);
    // A REST API has all its stages in one answer, which has no token.
    const auto asked =
        aws_client::for_each_page(session_, std::move(call), "nextToken", "NextToken", add);
    if (!asked && !says_not_found(asked.error())) {
        return aws_client::aws_fail(asked.error());
    }
    return urls;
}

std::vector<std::string> EndpointFinder::methods_of(const std::string& logical_id) const {
    const data::Value* node = document_.find("Resources");
    for (const std::string_view member :
         {std::string_view(logical_id),
          std::string_view("Properties"),
          std::string_view("Body"),
          std::string_view("paths")}) {
        node = node == nullptr ? nullptr : node->find(member);
    }
    std::vector<std::string> methods;
    for (const data::Entry& path : data::members_of(node)) {
        std::vector<std::string> names;
        for (const data::Entry& method : data::members_of(&path.value)) {
            names.push_back(method.key);
        }
        methods.push_back(path.key + python_list(names));
    }
    return methods;
}

} // namespace samara::cloud
