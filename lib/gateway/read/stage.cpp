#include "gateway/read/stage.h"

#include "base/strings.h"
#include "gateway/read/diagnostics.h"
#include "gateway/read/owned_resources.h"
#include "gateway/read/throttle.h"
#include "gateway/route/call.h"

#include <array>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

using data::text_of;

/// What makes a stage of an API: a resource of its own, or a REST API's deployment that names one.
struct StageType {
    std::string_view type;
    std::string_view variables;
    std::string_view access_log;
    std::string_view settings; ///< the member that has all of it; empty: the properties do
};

constexpr std::array<StageType, 3> stage_types{{
    {"AWS::ApiGateway::Stage", "Variables", "AccessLogSetting", ""},
    {"AWS::ApiGatewayV2::Stage", "StageVariables", "AccessLogSettings", ""},
    {"AWS::ApiGateway::Deployment", "Variables", "AccessLogSetting", "StageDescription"},
}};

const data::Value* settings_of(const StageType& type, const data::Value& properties) {
    return type.settings.empty() ? &properties : properties.find(type.settings);
}

void use_stage(const StageType& type, const data::Value& properties, Api& api) {
    api.stage = text_of(properties, "StageName");
    const data::Value* settings = settings_of(type, properties);
    if (settings == nullptr) {
        return;
    }
    for (const data::Entry& variable : data::members_of(settings->find(type.variables))) {
        api.stage_variables.emplace_back(variable.key, data::scalar_text(variable.value));
    }
    if (const data::Value* log = settings->find(type.access_log)) {
        api.access_log_format = text_of(*log, "Format");
    }
}

/// "/~1pets~1{id}" and "/pets/{id}" are "/pets/{id}"; "/*" is every path.
std::string path_of(std::string path) {
    if (path.starts_with("/~1")) {
        path.erase(0, 1);
    }
    return base::replace_all(path, "~1", "/");
}

/// The more a setting says, the more it counts: path and method, path, method, neither.
int weight_of(std::string_view path, std::string_view method) {
    return (path == "/*" ? 0 : 2) + (method == "*" ? 0 : 1);
}

void apply_method_settings(const data::Value* settings, Api& api) {
    if (settings == nullptr || !settings->is_list()) {
        return;
    }
    for (Route& route : api.routes) {
        int weight = -1;
        for (const data::Value& setting : *settings->as_list()) {
            const auto throttle = read_throttle(&setting, "Throttling");
            const std::string path = path_of(text_of(setting, "ResourcePath"));
            const std::string method = base::to_upper(text_of(setting, "HttpMethod"));
            const bool meant =
                (path == "/*" || path == route.path) && (method == "*" || method == route.method);
            if (throttle && meant && weight_of(path, method) > weight) {
                weight = weight_of(path, method);
                route.throttle = throttle;
            }
        }
    }
}

void apply_route_settings(const data::Value& stage, Api& api) {
    const auto usual = read_throttle(stage.find("DefaultRouteSettings"), "Throttling");
    const data::Value* own = stage.find("RouteSettings");
    for (Route& route : api.routes) {
        const auto throttle =
            read_throttle(own == nullptr ? nullptr : own->find(route_key(route)), "Throttling");
        route.throttle = throttle ? throttle : usual;
    }
}

} // namespace

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

std::string with_stage_variables(std::string uri, const TextPairs& variables) {
    for (const auto& [name, value] : variables) {
        uri = base::replace_all(uri, fmt::format("${{stageVariables.{}}}", name), value);
    }
    return uri;
}

void read_stage_throttles(const data::Map& resources, Api& api) {
    for (const StageType& type : stage_types) {
        for_each_owned(resources, api, type.type, [&](const Owned& stage) {
            const data::Value* settings = settings_of(type, stage.properties);
            if (settings == nullptr || text_of(stage.properties, "StageName") != api.stage) {
                return;
            }
            if (api.kind == ApiKind::http) {
                apply_route_settings(*settings, api);
            } else {
                apply_method_settings(settings->find("MethodSettings"), api);
            }
        });
    }
}

} // namespace samara::gateway
