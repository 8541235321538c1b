#include "gateway/read/apis.h"

#include "base/strings.h"
#include "gateway/read/api_keys.h"
#include "gateway/read/diagnostics.h"
#include "gateway/read/domains.h"
#include "gateway/read/openapi.h"
#include "gateway/read/owned_resources.h"
#include "gateway/read/resource_apis.h"
#include "gateway/read/stage.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

void read_body(
    const data::Value& properties,
    const serving::Functions& functions,
    const DefinitionLoader& load,
    Api& api,
    base::Diagnostics& diagnostics) {
    if (const data::Value* body = properties.find("Body"); body != nullptr && !body->is_null()) {
        read_openapi(*body, functions, api, diagnostics);
        return;
    }
    const data::Value* location = properties.find("BodyS3Location");
    if (location == nullptr || !load) {
        return;
    }
    auto body = load(*location, api.id);
    if (!body) {
        diagnostics.push_back({base::Severity::error, std::move(body.error())});
        return;
    }
    read_openapi(*body, functions, api, diagnostics);
}

/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-endpoint-types.html
bool is_edge_optimized(const data::Value& properties) {
    const data::Value* configuration = properties.find("EndpointConfiguration");
    const data::Value* types = configuration == nullptr ? nullptr : configuration->find("Types");
    const data::Value* parameters = properties.find("Parameters");
    std::vector<std::string> given = texts_of(types);
    if (given.empty() && parameters != nullptr) { // of an import
        given.push_back(text_of(*parameters, "endpointConfigurationTypes"));
    }
    return std::none_of(given.begin(), given.end(), [](const std::string& type) {
        return type == "REGIONAL" || type == "PRIVATE";
    });
}

Api read_api(
    const data::Entry& entry,
    ApiKind kind,
    const data::Map& resources,
    const serving::Functions& functions,
    const ReadOptions& options,
    base::Diagnostics& diagnostics) {
    Api api;
    api.http_hosts = options.http_hosts;
    api.kind = kind;
    api.id = entry.key;
    api.stage = kind == ApiKind::rest ? "Prod" : "$default";
    read_stage(resources, api, diagnostics);
    const data::Value* properties = entry.value.find("Properties");
    if (properties == nullptr) {
        return api;
    }
    api.edge_optimized = kind == ApiKind::rest && is_edge_optimized(*properties);
    read_body(*properties, functions, options.load, api, diagnostics);
    const data::Value* cors = properties->find("CorsConfiguration");
    if (kind == ApiKind::http && cors != nullptr && cors->is_map()) {
        api.cors = read_cors(*cors);
    }
    for (const std::string& type : texts_of(properties->find("BinaryMediaTypes"))) {
        const std::string media_type = base::replace_all(type, "~1", "/");
        if (std::find(api.binary_media_types.begin(), api.binary_media_types.end(), media_type) ==
            api.binary_media_types.end()) {
            api.binary_media_types.push_back(media_type);
        }
    }
    read_compression_size(*properties, "MinimumCompressionSize", api, diagnostics);
    if (text_of(*properties, "ApiKeySourceType") == "AUTHORIZER") {
        api.key_from_authorizer = true;
    }
    if (const data::Value* policy = properties->find("Policy");
        kind == ApiKind::rest && policy != nullptr && !policy->is_null()) {
        api.policy = *policy;
    }
    return api;
}

} // namespace

std::vector<Api> read_apis(
    const data::Value& resources, const ReadOptions& options, base::Diagnostics& diagnostics) {
    std::vector<Api> apis;
    const data::Map* map = resources.as_map();
    if (map == nullptr) {
        return apis;
    }
    const serving::Functions functions(resources);
    for (const data::Entry& entry : *map) {
        const std::string type = text_of(entry.value, "Type");
        const data::Value* properties = entry.value.find("Properties");
        if (type == "AWS::ApiGateway::RestApi") {
            apis.push_back(read_api(entry, ApiKind::rest, *map, functions, options, diagnostics));
        } else if (type == "AWS::ApiGatewayV2::Api") {
            if (properties != nullptr && text_of(*properties, "ProtocolType") == "WEBSOCKET") {
                continue; // read_websocket_apis()
            }
            apis.push_back(read_api(entry, ApiKind::http, *map, functions, options, diagnostics));
        }
    }
    for (Api& api : apis) {
        add_resource_routes(*map, functions, api, diagnostics);
        read_stage_throttles(*map, api);
        read_domains(*map, api, diagnostics);
    }
    add_api_keys(*map, apis, diagnostics);
    return apis;
}

std::vector<Api> read_websocket_apis(
    const data::Value& resources, const ReadOptions& options, base::Diagnostics& diagnostics) {
    std::vector<Api> apis;
    const serving::Functions functions(resources);
    for (const data::Entry& entry : data::members_of(&resources)) {
        const data::Value* properties = entry.value.find("Properties");
        if (properties == nullptr || text_of(entry.value, "Type") != "AWS::ApiGatewayV2::Api" ||
            text_of(*properties, "ProtocolType") != "WEBSOCKET") {
            continue;
        }
        Api api;
        api.kind = ApiKind::rest; // events, contexts and policies are those of REST APIs
        api.websocket = true;
        api.id = entry.key;
        api.http_hosts = options.http_hosts;
        api.route_selection = text_of(*properties, "RouteSelectionExpression");
        read_stage(*resources.as_map(), api, diagnostics);
        add_resource_routes(*resources.as_map(), functions, api, diagnostics);
        apis.push_back(std::move(api));
    }
    add_api_keys(*resources.as_map(), apis, diagnostics);
    return apis;
}

} // namespace samara::gateway
