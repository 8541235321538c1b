#include "aws/api_gateway_limits.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "gateway/integration/http_backend.h"
#include "gateway/read/description.h"
#include "gateway/read/mapping.h"
#include "gateway/read/openapi.h"
#include "gateway/read/parameter_mapping.h"
#include "gateway/read/stage.h"
#include "gateway/route/call.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

/// docs.aws.amazon.com/lambda/latest/dg/tenant-isolation-invoke.html
std::string tenant_mapping(const data::Value& integration) {
    for (const data::Entry& entry : data::members_of(either(integration, "requestParameters"))) {
        if (net::equal_ignoring_case(entry.key, "integration.request.header.X-Amz-Tenant-Id")) {
            return data::scalar_text(entry.value);
        }
    }
    return {};
}

/// docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
bool streams(const data::Value& integration, const Api& api) {
    return api.kind == ApiKind::rest &&
           either_text(integration, "responseTransferMode") == "STREAM";
}

/// Of integrations that may stream.
template <class Proxy>
void let_stream(Proxy& proxy, const data::Value& integration, const Api& api) {
    if (streams(integration, api)) {
        proxy.streams = true;
        proxy.timeout = aws::api_gateway::stream_duration;
        proxy.idle_timeout = api.edge_optimized ? aws::api_gateway::edge_stream_idle_timeout
                                                : aws::api_gateway::stream_idle_timeout;
    }
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
    const bool first = version == "1.0" || version == "1";
    if (api.kind == ApiKind::http && !first && !version.empty() && version != "2.0" &&
        version != "2") {
        return UnsupportedIntegration{
            fmt::format("payloadFormatVersion has to be '1.0' or '2.0', not '{}'", version), 500};
    }
    LambdaIntegration lambda{
        function->id,
        api.kind == ApiKind::rest || first ? PayloadFormat::v1 : PayloadFormat::v2,
        api.kind == ApiKind::rest ? aws::api_gateway::rest_integration_timeout
                                  : aws::api_gateway::http_integration_timeout,
        function->timeout,
        tenant_mapping(integration),
        functions.qualifier_of(uri)};
    let_stream(lambda, integration, api);
    if (const auto timeout = data::integer_of(either(integration, "timeoutInMillis")).value_or(0);
        timeout > 0) {
        // Accounts may raise the limit of REST APIs; a template that is deployed with more has it.
        lambda.timeout = std::chrono::milliseconds(timeout);
        if (api.kind == ApiKind::http) {
            lambda.timeout = std::min(lambda.timeout, aws::api_gateway::http_integration_timeout);
        }
        if (lambda.streams) {
            lambda.timeout = std::min(lambda.timeout, aws::api_gateway::stream_duration);
        }
    }
    return lambda;
}

base::Error with_reason(std::string_view what, base::Error error) {
    error.message = fmt::format("{}: {}", what, base::to_string(error));
    return error;
}

/// A mapping that API Gateway could not evaluate has the route answer as it would there.
UnsupportedIntegration no_mapping(const base::Error& error) {
    return UnsupportedIntegration{
        with_reason("its mapping cannot be evaluated", error).message, 500};
}

Integration read_mapped_lambda(
    const data::Value& integration, const serving::Functions& functions, const Api& api) {
    Integration lambda = read_lambda(integration, functions, api);
    auto* proxy = std::get_if<LambdaIntegration>(&lambda);
    if (proxy == nullptr) {
        return lambda;
    }
    auto mapping = read_mapping(integration);
    return mapping ? Integration(MappedLambdaIntegration{std::move(*proxy), std::move(*mapping)})
                   : Integration(no_mapping(mapping.error()));
}

Integration read_mock(const data::Value& integration) {
    auto mapping = read_mapping(integration);
    if (!mapping) {
        return no_mapping(mapping.error());
    }
    return MockIntegration{std::move(*mapping)};
}

Integration read_http(const data::Value& integration, const Api& api, bool proxy) {
    if (const std::string link = either_text(integration, "connectionType");
        base::to_upper(link) == "VPC_LINK") {
        const std::string id = either_text(integration, "connectionId");
        return UnsupportedIntegration{fmt::format(
            "what is behind a VPC link is not served locally{}",
            id.empty() ? "" : fmt::format(" (connection '{}')", id))};
    }
    const std::string own = either_text(integration, "uri");
    HttpIntegration http;
    http.url = with_stage_variables(
        own.empty() ? data::text_of(integration, "IntegrationUri") : own, api.stage_variables);
    if (const auto checked = check_host(http.url, api.http_hosts); !checked) {
        return UnsupportedIntegration{checked.error().message};
    }
    for (const char* name : {"IntegrationMethod", "IntegrationHttpMethod", "httpMethod"}) {
        if (http.method.empty()) {
            http.method = data::text_of(integration, name);
        }
    }
    if (base::to_upper(http.method) == "ANY") {
        http.method.clear();
    }
    http.proxy = proxy;
    http.timeout = api.kind == ApiKind::rest ? aws::api_gateway::rest_integration_timeout
                                             : aws::api_gateway::http_integration_timeout;
    let_stream(http, integration, api);
    if (const auto timeout = data::integer_of(either(integration, "timeoutInMillis")).value_or(0);
        timeout > 0) {
        http.timeout = std::min(http.timeout, std::chrono::milliseconds(timeout));
    }
    auto mapping = read_mapping(integration);
    if (!mapping) {
        return no_mapping(mapping.error());
    }
    http.mapping = std::move(*mapping);
    return http;
}

/// Type AWS is a function behind templates, or another service of AWS.
bool is_of_function(const data::Value& integration, const serving::Functions& functions) {
    const std::string uri = either_text(integration, "uri");
    return uri.empty() || uri.find(":lambda:path") != std::string::npos ||
           functions.find_uri(uri) != nullptr;
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
    if (streams(*integration, api) && type != "aws_proxy" && type != "http_proxy") {
        return UnsupportedIntegration{fmt::format(
            "responseTransferMode STREAM is for the types AWS_PROXY and HTTP_PROXY, not for {}",
            base::to_upper(type))};
    }
    if (type == "aws_proxy" && either_text(*integration, "integrationSubtype").empty()) {
        return read_lambda(*integration, functions, api);
    }
    if (type == "mock") {
        return read_mock(*integration);
    }
    if (type == "aws" && is_of_function(*integration, functions)) {
        return read_mapped_lambda(*integration, functions, api);
    }
    if (type == "aws") {
        return UnsupportedIntegration{fmt::format(
            "service integration '{}' is not served locally", either_text(*integration, "uri"))};
    }
    if (type == "http" || type == "http_proxy") {
        return read_http(*integration, api, type == "http_proxy");
    }
    if (type == "aws_proxy") {
        return UnsupportedIntegration{fmt::format(
            "service integration {} is not served locally",
            either_text(*integration, "integrationSubtype"))};
    }
    return UnsupportedIntegration{
        fmt::format("integration type '{}' is none that API Gateway has", type)};
}

std::string add_parameter_mapping(const data::Value* integration, const Api& api, Route& route) {
    if (integration == nullptr || api.kind != ApiKind::http ||
        std::holds_alternative<UnsupportedIntegration>(route.integration)) {
        return {};
    }
    std::vector<std::string> refused;
    route.parameters = read_parameter_mapping(*integration, refused);
    return refused.empty() ? std::string()
                           : fmt::format(
                                 "{}: AWS refuses parts of its parameter mapping, which are left "
                                 "out: {}",
                                 route_key(route),
                                 base::join(refused, ", "));
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
