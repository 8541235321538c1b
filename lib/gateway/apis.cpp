#include "gateway/apis.h"

#include "base/strings.h"
#include "gateway/diagnostics.h"
#include "gateway/openapi.h"
#include "gateway/read_text.h"
#include "gateway/resource_apis.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

/// Stage name and variables of the API, from the first stage resource that belongs to it.
void read_stage(const data::Map& resources, Api& api) {
    const bool rest = api.kind == ApiKind::rest;
    const std::string_view type = rest ? "AWS::ApiGateway::Stage" : "AWS::ApiGatewayV2::Stage";
    const std::string_view owner = rest ? "RestApiId" : "ApiId";
    for (const data::Entry& entry : resources) {
        const data::Value* properties = entry.value.find("Properties");
        if (properties == nullptr || text_of(entry.value, "Type") != type ||
            text_of(*properties, owner) != api.id) {
            continue;
        }
        api.stage = text_of(*properties, "StageName");
        const data::Value* variables = properties->find(rest ? "Variables" : "StageVariables");
        if (variables != nullptr && variables->is_map()) {
            for (const data::Entry& variable : *variables->as_map()) {
                api.stage_variables.emplace_back(variable.key, data::scalar_text(variable.value));
            }
        }
        return;
    }
}

void read_body(
    const data::Value& properties,
    const Functions& functions,
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

Api read_api(
    const data::Entry& entry,
    ApiKind kind,
    const data::Map& resources,
    const Functions& functions,
    const DefinitionLoader& load,
    base::Diagnostics& diagnostics) {
    Api api;
    api.kind = kind;
    api.id = entry.key;
    api.stage = kind == ApiKind::rest ? "Prod" : "$default";
    read_stage(resources, api);
    const data::Value* properties = entry.value.find("Properties");
    if (properties == nullptr) {
        return api;
    }
    read_body(*properties, functions, load, api, diagnostics);
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
    if (text_of(*properties, "ApiKeySourceType") == "AUTHORIZER") {
        api.key_from_authorizer = true;
    }
    if (const data::Value* policy = properties->find("Policy");
        kind == ApiKind::rest && policy != nullptr && !policy->is_null()) {
        api.policy = *policy;
    }
    return api;
}

/// The keys of the template. AWS makes up a value where none is given; here the logical id is it.
void read_api_keys(const data::Map& resources, Api& api, base::Diagnostics& diagnostics) {
    for (const data::Entry& entry : resources) {
        if (text_of(entry.value, "Type") != "AWS::ApiGateway::ApiKey") {
            continue;
        }
        const data::Value* properties = entry.value.find("Properties");
        const std::string value =
            properties == nullptr ? std::string() : text_of(*properties, "Value");
        if (value.empty()) {
            diagnostics.push_back(diagnose(
                base::Severity::warning,
                fmt::format("AWS makes up the value of this API key; here it is '{}'", entry.key),
                entry.key,
                entry.key_where));
        }
        api.api_keys.emplace_back(entry.key, value.empty() ? entry.key : value);
    }
}

} // namespace

std::vector<Api> read_apis(
    const data::Value& resources, const DefinitionLoader& load, base::Diagnostics& diagnostics) {
    std::vector<Api> apis;
    const data::Map* map = resources.as_map();
    if (map == nullptr) {
        return apis;
    }
    const Functions functions(resources);
    for (const data::Entry& entry : *map) {
        const std::string type = text_of(entry.value, "Type");
        const data::Value* properties = entry.value.find("Properties");
        if (type == "AWS::ApiGateway::RestApi") {
            apis.push_back(read_api(entry, ApiKind::rest, *map, functions, load, diagnostics));
        } else if (type == "AWS::ApiGatewayV2::Api") {
            if (properties != nullptr && text_of(*properties, "ProtocolType") == "WEBSOCKET") {
                diagnostics.push_back(diagnose(
                    base::Severity::warning,
                    "WebSocket APIs are not served locally yet",
                    entry.key,
                    entry.key_where));
                continue;
            }
            apis.push_back(read_api(entry, ApiKind::http, *map, functions, load, diagnostics));
        }
    }
    for (Api& api : apis) {
        add_resource_routes(*map, functions, api, diagnostics);
        read_api_keys(*map, api, diagnostics);
    }
    return apis;
}

} // namespace samara::gateway
