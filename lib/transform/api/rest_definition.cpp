#include "transform/api/rest_definition.h"

#include "base/strings.h"
#include "transform/api/definition_history.h"
#include "transform/api/definition_text.h"
#include "transform/api/openapi.h"
#include "transform/api/python_order.h"
#include "transform/core/intrinsics.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

Map& map_in(Map& map, std::string_view key) {
    Value& value = member(map, key);
    if (!value.is_map()) {
        value = Map{};
    }
    return *value.as_map();
}

} // namespace

bool check_document(const Resource& api, std::string_view property, const Value& definition) {
    if (is_rest_document(&definition)) {
        return true;
    }
    std::string message =
        fmt::format("{} needs a DefinitionBody that is swagger 2 or OpenAPI 3", property);
    std::string hint = "write swagger: '2.0' or openapi: 3.0.1, and paths, into the template";
    if (property == "DisableExecuteApiEndpoint" || property == "BinaryMediaTypes") {
        // AWS's transform looks at the definition only when it writes these, and names no resource.
        api.context().error(std::move(message), std::move(hint), api[property].where());
    } else {
        api.error(property, std::move(message), std::move(hint));
    }
    return false;
}

bool check_paths(const Resource& api, Map& definition) {
    const Map* paths = definition.find("paths")->as_map();
    return std::all_of(paths->begin(), paths->end(), [&](const data::Entry& path) {
        return check_item(api.context(), path, "path");
    });
}

bool check_operations(const Resource& api, Map& definition) {
    for (data::Entry& path : *definition.find("paths")->as_map()) {
        for (const Map* item : branches(path.value)) {
            for (const data::Entry& method : *item) {
                if (is_rest_method(method.key) && !check_item(api.context(), method, "method")) {
                    return false;
                }
            }
        }
    }
    return true;
}

namespace {

/// Headers: {A: v} to gatewayresponse.header.A; false after an error.
bool add_response_parameters(const Properties& response, Map& out) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kinds{{
        {"Headers", "header"},
        {"Paths", "path"},
        {"QueryStrings", "querystring"},
    }};
    if (response.given("ResponseParameters") == nullptr) {
        return true;
    }
    const auto parameters = response.below("ResponseParameters");
    if (!parameters || !parameters->check("ApiGatewayResponseParameters")) {
        return false;
    }
    for (const auto& [name, place] : kinds) {
        const Value* given = parameters->map().find(name);
        if (given == nullptr) {
            continue;
        }
        if (!given->is_map()) { // null
            parameters->wrong_kind(name, "a map");
            return false;
        }
        for (const data::Entry* entry : in_python_order(*given->as_map(), 0)) {
            out.set(data::Entry(
                fmt::format("gatewayresponse.{}.{}", place, entry->key),
                entry->value,
                entry->key_where));
        }
    }
    return true;
}

std::optional<Map> gateway_response(const Properties& response) {
    if (is_intrinsic(Value(response.map()))) {
        response.error("", "a gateway response must be written out, not be an intrinsic function");
        return std::nullopt;
    }
    if (!response.check("ApiGatewayResponse")) {
        return std::nullopt;
    }
    Map parameters;
    if (!add_response_parameters(response, parameters)) {
        return std::nullopt;
    }
    Map out{{"responseParameters", std::move(parameters)}};
    const Value* templates = response.given("ResponseTemplates");
    out.set("responseTemplates", templates == nullptr ? Value(Map{}) : *templates);
    const Value* status = response.find("StatusCode");
    const std::string text = status == nullptr || status->is_null() ? std::string()
                             : status->is_string()                  ? *status->as_string()
                                                                    : definition_text(*status, 0);
    if (is_given(status)) {
        const bool numeric = text.size() <= 3 && std::all_of(text.begin(), text.end(), [](char c) {
                                 return c >= '0' && c <= '9';
                             });
        if (!numeric) {
            response.error("StatusCode", "StatusCode must be a number", "e.g. StatusCode: 401");
            return std::nullopt;
        }
    }
    if (!text.empty()) {
        out.set("statusCode", text);
    }
    return out;
}

} // namespace

bool add_gateway_responses(const Resource& api, Map& definition) {
    const auto responses = api.below("GatewayResponses");
    if (!responses) {
        return false;
    }
    bool good = true;
    Map out;
    for (const data::Entry* entry : in_python_order(responses->map(), 0)) {
        if (entry->value.is_null()) {
            responses->wrong_kind(entry->key, "a map");
        }
        const auto response = responses->below(entry->key);
        auto written = response ? gateway_response(*response) : std::nullopt;
        if (written) {
            out.set(data::Entry(entry->key, std::move(*written), entry->key_where));
        }
        good = good && written.has_value();
    }
    Map& all = map_in(definition, "x-amazon-apigateway-gateway-responses");
    for (const data::Entry* entry : in_python_order(out, 0)) {
        all.set(*entry);
    }
    return good;
}

bool add_models(const Resource& api, Map& definition) {
    const Map* models = api.map_at("Models");
    if (models == nullptr) {
        return false;
    }
    Map& all = map_in(definition, "definitions");
    for (const data::Entry* next : in_python_order(*models, 0)) {
        const data::Entry& model = *next;
        if (!model.value.is_map()) {
            api.error_at(
                model.value, fmt::format("Models.{}", model.key), "a model must be a JSON schema");
            return false;
        }
        if (!is_given(model.value.find("type"))) {
            api.context().error(
                fmt::format("model {} of {} has no type", model.key, api.logical_id()),
                "e.g. type: object",
                model.value.where());
            return false;
        }
        all.set(data::Entry(base::to_lower(model.key), model.value, model.key_where));
    }
    return true;
}

void add_binary_media_types(const Resource& api, Map& definition) {
    const Value types = api.context().parameters().resolve_references(api["BinaryMediaTypes"]);
    // image~1gif, as JSON pointers write it, is accepted too, at any depth.
    const auto plain = [](const auto& self, const Value& type) -> Value {
        Value out = type;
        if (const std::string* text = type.as_string()) {
            out = base::replace_all(*text, "~1", "/");
            out.set_where(type.where());
        } else if (List* list = out.as_list()) {
            for (Value& item : *list) {
                item = self(self, item);
            }
        } else if (Map* map = out.as_map()) {
            for (data::Entry& entry : *map) {
                entry.value = self(self, entry.value);
            }
        }
        return out;
    };
    definition.set("x-amazon-apigateway-binary-media-types", plain(plain, types));
}

bool disable_endpoint(const Resource& api, Map& definition) {
    constexpr std::string_view setting_key = "x-amazon-apigateway-endpoint-configuration";
    const Value* disabled = api.find("DisableExecuteApiEndpoint");
    if (disabled == nullptr) {
        return true;
    }
    const auto set_in = [&](Map& holder) {
        if (!holder.contains(setting_key)) {
            holder.set(setting_key, Map{});
        }
        Value& setting = *holder.find(setting_key);
        if (!setting.is_map()) {
            api.context().error(fmt::format("{} must be a map", setting_key), {}, setting.where());
            return false;
        }
        setting.as_map()->set("disableExecuteApiEndpoint", *disabled);
        return true;
    };
    if (!is_version_3(definition.find("openapi"))) {
        return set_in(definition);
    }
    if (!definition.contains("servers")) {
        definition.set("servers", List{Map{}});
    }
    List* servers = definition.find("servers")->as_list();
    if (servers == nullptr || !std::all_of(servers->begin(), servers->end(), [](const Value& one) {
            return one.is_map();
        })) {
        api.context().error(
            "servers of an OpenAPI document must be a list of maps",
            {},
            definition.find("servers")->where());
        return false;
    }
    return std::all_of(
        servers->begin(), servers->end(), [&](Value& one) { return set_in(*one.as_map()); });
}

bool upgrade_to_openapi_3(const Resource& api, Map& definition, std::uint32_t now) {
    const Value* swagger = definition.find("swagger");
    const Value* own = definition.find("openapi");
    const Value* wanted = api.find("OpenApiVersion");
    if ((swagger != nullptr && !swagger->is_null()) ||
        !is_version_3(wanted != nullptr ? wanted : own)) {
        return true;
    }
    const auto move_to = [&](std::string_view from, std::string_view to) {
        const Value* moved = definition.find(from);
        if (!is_given(moved)) {
            return;
        }
        Value value = *moved;
        map_in(definition, "components").set(to, std::move(value));
        remove_member(definition, from, now);
    };
    move_to("securityDefinitions", "securitySchemes");
    move_to("definitions", "schemas");
    Value* paths = definition.find("paths");
    if (!is_given(paths)) {
        return true;
    }
    if (!paths->is_map()) {
        api.context().error(
            "paths of the API's definition must be a map",
            "see https://spec.openapis.org/oas/v3.0.3#paths-object",
            paths->where());
        return false;
    }
    bool good = true;
    const auto wrong = [&](const Value& value, std::string_view path, std::string_view what) {
        api.context().error(
            fmt::format("{} of OPTIONS {} in the API's definition must be a map", what, path),
            {},
            value.where());
        good = false;
    };
    // What is under Fn::If stays as it is.
    for (data::Entry& path : *paths->as_map()) {
        if (!path.value.is_map()) {
            wrong(path.value, path.key, "path");
            continue;
        }
        Value* options = path.value.find("options");
        if (!is_given(options)) {
            continue;
        }
        Map* operation = options->as_map();
        if (operation == nullptr) {
            wrong(*options, path.key, "operation");
            continue;
        }
        remove_member(*operation, "consumes", now);
        remove_member(*operation, "produces", now);
        Value* responses = operation->find("responses");
        if (responses != nullptr && !responses->is_null() && !responses->is_map()) {
            wrong(*responses, path.key, "responses");
            continue;
        }
        Value* answer = responses == nullptr ? nullptr : responses->find("200");
        if (answer != nullptr && !answer->is_null() && !answer->is_map()) {
            wrong(*answer, path.key, "200");
            continue;
        }
        Value* headers = answer == nullptr ? nullptr : answer->find("headers");
        if (is_given(headers) && !headers->is_map()) {
            wrong(*headers, path.key, "headers");
            continue;
        }
        if (!is_given(headers)) {
            continue;
        }
        for (data::Entry& header : *headers->as_map()) {
            Value type = std::move(header.value);
            header.value = Map{{"schema", std::move(type)}};
        }
    }
    stamp(definition, now);
    return good;
}

} // namespace samara::transform
