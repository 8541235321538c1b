#include "aws/api_gateway_limits.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "data/read.h"
#include "gateway/read/description.h"
#include "gateway/read/openapi.h"
#include "gateway/route/call.h"
#include "model/pattern.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

/// "${stageVariables.name}" replaced by the stage's values.
std::string with_stage_variables(std::string uri, const TextPairs& variables) {
    for (const auto& [name, value] : variables) {
        uri = base::replace_all(uri, fmt::format("${{stageVariables.{}}}", name), value);
    }
    return uri;
}

/// docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-invoke.html
std::string tenant_mapping(const data::Value& integration) {
    for (const data::Entry& entry : data::members_of(either(integration, "requestParameters"))) {
        if (net::equal_ignoring_case(entry.key, "integration.request.header.X-Amz-Tenant-Id")) {
            return data::scalar_text(entry.value);
        }
    }
    return {};
}

Integration
read_lambda(const data::Value& integration, const serving::Functions& functions, const Api& api) {
    const std::string uri = with_stage_variables(
        !either_text(integration, "uri").empty() ? either_text(integration, "uri")
                                                 : data::text_of(integration, "IntegrationUri"),
        api.stage_variables);
    const serving::Functions::Function* function = functions.find_uri(uri);
    if (function == nullptr) {
        return UnsupportedIntegration{
            uri.empty()
                ? std::string("its integration URI is not known")
                : fmt::format("no function of this template is at integration URI '{}'", uri),
            502,
            uri.empty() && !data::is_scalar(either(integration, "uri"))};
    }
    const std::string version = either_text(integration, "payloadFormatVersion");
    LambdaIntegration lambda{
        function->id,
        api.kind == ApiKind::rest || version == "1.0" || version == "1" ? PayloadFormat::v1
                                                                        : PayloadFormat::v2,
        api.kind == ApiKind::rest ? aws::api_gateway::rest_integration_timeout
                                  : aws::api_gateway::http_integration_timeout,
        function->timeout,
        tenant_mapping(integration)};
    if (const auto timeout = data::integer_of(either(integration, "timeoutInMillis")).value_or(0);
        timeout > 0) {
        // Accounts may raise the limit of REST APIs; a template that is deployed with more has it.
        lambda.timeout = std::chrono::milliseconds(timeout);
        if (api.kind == ApiKind::http) {
            lambda.timeout = std::min(lambda.timeout, aws::api_gateway::http_integration_timeout);
        }
    }
    return lambda;
}

/// A template without references or directives is its own output.
bool is_plain(std::string_view velocity) {
    return velocity.find_first_of("$#") == std::string_view::npos;
}

/// The responses of a non-proxy integration, each with the pattern that selects it (empty: all that
/// no other takes): a map by pattern in OpenAPI, a list in an AWS::ApiGateway::Method.
std::vector<std::pair<std::string, const data::Value*>>
responses_of(const data::Value& integration) {
    std::vector<std::pair<std::string, const data::Value*>> responses;
    for (const data::Entry& entry : data::members_of(integration.find("responses"))) {
        responses.emplace_back(entry.key == "default" ? "" : entry.key, &entry.value);
    }
    const data::Value* list = integration.find("IntegrationResponses");
    if (list != nullptr && list->is_list()) {
        for (const data::Value& response : *list->as_list()) {
            responses.emplace_back(data::text_of(response, "SelectionPattern"), &response);
        }
    }
    return responses;
}

/// The status that a mock integration gives itself: {"statusCode": 200} in its request template.
std::string mock_status(const data::Value& integration) {
    for (const data::Entry& entry : data::members_of(either(integration, "requestTemplates"))) {
        const auto request = data::read_yaml(entry.value.text(), "requestTemplates");
        if (request && request->is_map()) {
            return data::text_of(*request, "statusCode");
        }
    }
    return {};
}

/// The response that a mock integration gives, nullptr when there is none for its status.
const data::Value* mock_response(const data::Value& integration) {
    const auto responses = responses_of(integration);
    if (responses.size() == 1) {
        return responses.front().second;
    }
    const std::string status = mock_status(integration);
    const data::Value* fallback = nullptr;
    for (const auto& [pattern, response] : responses) {
        if (pattern.empty()) {
            fallback = response;
        } else if (const auto compiled = model::Pattern::compile(pattern);
                   compiled && compiled->matches(status)) {
            return response;
        }
    }
    return fallback;
}

Integration read_mock(const data::Value& integration) {
    const data::Value* response = mock_response(integration);
    if (response == nullptr) {
        return UnsupportedIntegration{
            "the mock integration has no response for the status of its request template"};
    }
    MockIntegration mock;
    mock.response.status = static_cast<int>(
        data::integer_of(either(*response, "statusCode")).value_or(mock.response.status));
    constexpr std::string_view header_prefix = "method.response.header.";
    for (const data::Entry& entry : data::members_of(either(*response, "responseParameters"))) {
        const std::string value = data::scalar_text(entry.value);
        if (!entry.key.starts_with(header_prefix)) {
            continue;
        }
        // Literals stand between single quotes; anything else maps a request value. SAM writes
        // the CORS values of a template as they are, with or without quotes.
        const bool quoted = value.size() >= 2 && value.front() == '\'' && value.back() == '\'';
        if (!quoted && value.starts_with("integration.")) {
            return UnsupportedIntegration{"mapped response parameters come later"};
        }
        mock.response.headers.push_back(
            {entry.key.substr(header_prefix.size()),
             quoted ? value.substr(1, value.size() - 2) : value});
    }
    if (const data::Map& templates = data::members_of(either(*response, "responseTemplates"));
        !templates.empty()) {
        const data::Entry& first = *templates.begin();
        if (!is_plain(first.value.text())) {
            return UnsupportedIntegration{"mapping templates (VTL) come later"};
        }
        mock.response.body = first.value.text();
        if (net::find_header(mock.response.headers, "Content-Type") == nullptr) {
            mock.response.headers.push_back({"Content-Type", first.key});
        }
    }
    return mock;
}

} // namespace

Integration read_integration(
    const data::Value* integration, const serving::Functions& functions, const Api& api) {
    if (integration == nullptr || !integration->is_map()) {
        return UnsupportedIntegration{"it has no integration", 502};
    }
    std::string type = base::to_lower(either_text(*integration, "type"));
    if (type.empty()) {
        type = base::to_lower(data::text_of(*integration, "IntegrationType"));
    }
    // AWS wants the type, and people leave it out where the URI says it all.
    if (type.empty() && functions.find_uri(either_text(*integration, "uri")) != nullptr) {
        type = "aws_proxy";
    }
    if (type.empty()) {
        return UnsupportedIntegration{"the type of its integration is not known", 502};
    }
    if (type == "aws_proxy" && either_text(*integration, "integrationSubtype").empty()) {
        return read_lambda(*integration, functions, api);
    }
    if (type == "mock") {
        return read_mock(*integration);
    }
    if (type == "aws_proxy") {
        return UnsupportedIntegration{fmt::format(
            "service integration {} is not served locally",
            either_text(*integration, "integrationSubtype"))};
    }
    return UnsupportedIntegration{
        fmt::format("integration type '{}' is not served locally yet", type)};
}

std::string unmapped(const data::Value* integration, const Api& api, const Route& route) {
    if (integration == nullptr || api.kind != ApiKind::http ||
        !std::holds_alternative<LambdaIntegration>(route.integration)) {
        return {};
    }
    std::vector<std::string> mappings;
    for (const std::string_view name : {"requestParameters", "responseParameters"}) {
        if (!data::members_of(either(*integration, name)).empty()) {
            mappings.emplace_back(name);
        }
    }
    return mappings.empty() ? std::string()
                            : fmt::format(
                                  "{}: the parameter mapping of its integration is not done "
                                  "locally ({})",
                                  route_key(route),
                                  base::join(mappings, ", "));
}

Cors read_cors(const data::Value& cors) {
    Cors read;
    read.origins = data::texts_of(either(cors, "allowOrigins"));
    read.methods = data::texts_of(either(cors, "allowMethods"));
    read.headers = data::texts_of(either(cors, "allowHeaders"));
    read.expose_headers = data::texts_of(either(cors, "exposeHeaders"));
    std::sort(read.methods.begin(), read.methods.end());
    read.max_age = data::integer_of(either(cors, "maxAge"));
    read.credentials = data::is_true(either(cors, "allowCredentials"));
    return read;
}

} // namespace samara::gateway
