#include "gateway/read/apis.h"

#include "base/strings.h"
#include "gateway/read/api_keys.h"
#include "gateway/read/diagnostics.h"
#include "gateway/read/openapi.h"
#include "gateway/read/owned_resources.h"
#include "gateway/read/resource_apis.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

/// What makes a stage of an API: a resource of its own, or a REST API's deployment that names one.
struct StageType {
    std::string_view type;
    std::string_view variables;
    std::string_view settings; ///< the member that has the variables; empty: the properties do
};

constexpr std::array<StageType, 3> stage_types{{
    {"AWS::ApiGateway::Stage", "Variables", ""},
    {"AWS::ApiGatewayV2::Stage", "StageVariables", ""},
    {"AWS::ApiGateway::Deployment", "Variables", "StageDescription"},
}};

void use_stage(const StageType& type, const data::Value& properties, Api& api) {
    api.stage = text_of(properties, "StageName");
    const data::Value* settings =
        type.settings.empty() ? &properties : properties.find(type.settings);
    const data::Value* variables = settings == nullptr ? nullptr : settings->find(type.variables);
    for (const data::Entry& variable : members_of(variables)) {
        api.stage_variables.emplace_back(variable.key, data::scalar_text(variable.value));
    }
}

/// Stage name and variables of the API, from the first of its stages; others are told.
void read_stage(const data::Map& resources, Api& api, base::Diagnostics& diagnostics) {
    for (const StageType& type : stage_types) {
        bool found = false;
        for_each_owned(resources, api, type.type, [&](const Owned& stage) {
            const std::string name = text_of(stage.properties, "StageName");
            if (!found && !name.empty()) {
                use_stage(type, stage.properties, api);
                found = true;
            } else if (!name.empty()) {
                diagnostics.push_back(diagnose(
                    base::Severity::warning,
                    fmt::format(
                        "API '{}' is served with its stage '{}', not with '{}'",
                        api.id,
                        api.stage,
                        name),
                    stage.entry.key,
                    stage.entry.key_where));
            }
        });
        if (found) {
            return; // SAM's deployments name a stage that nobody asked for
        }
    }
}

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
    if (text_of(*properties, "ApiKeySourceType") == "AUTHORIZER") {
        api.key_from_authorizer = true;
    }
    if (const data::Value* policy = properties->find("Policy");
        kind == ApiKind::rest && policy != nullptr && !policy->is_null()) {
        api.policy = *policy;
    }
    return api;
}

/// A path below a custom domain is not part of what is served here.
void report_base_path(const data::Entry& resource, base::Diagnostics& diagnostics) {
    const std::string type = text_of(resource.value, "Type");
    const data::Value* properties = resource.value.find("Properties");
    if (properties == nullptr ||
        (type != "AWS::ApiGateway::BasePathMapping" && type != "AWS::ApiGatewayV2::ApiMapping")) {
        return;
    }
    const std::string path = text_of(
        *properties, type == "AWS::ApiGatewayV2::ApiMapping" ? "ApiMappingKey" : "BasePath");
    if (!path.empty() && path != "(none)") {
        diagnostics.push_back(diagnose(
            base::Severity::warning,
            fmt::format("routes are served without the base path '{}' of the custom domain", path),
            resource.key,
            resource.key_where));
    }
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
                diagnostics.push_back(diagnose(
                    base::Severity::warning,
                    "WebSocket APIs are not served locally yet",
                    entry.key,
                    entry.key_where));
                continue;
            }
            apis.push_back(read_api(entry, ApiKind::http, *map, functions, options, diagnostics));
        } else {
            report_base_path(entry, diagnostics);
        }
    }
    for (Api& api : apis) {
        add_resource_routes(*map, functions, api, diagnostics);
    }
    add_api_keys(*map, apis, diagnostics);
    return apis;
}

} // namespace samara::gateway
