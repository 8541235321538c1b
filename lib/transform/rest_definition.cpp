#include "transform/rest_definition.h"

#include "base/strings.h"
#include "transform/definition_history.h"
#include "transform/intrinsics.h"
#include "transform/openapi.h"
#include "transform/python_order.h"

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

/// Whether the value may stand for a map: it is one, or an intrinsic function with such branches.
bool is_item(const Value& value) {
    const Value* condition = argument_of(value, "Fn::If");
    if (condition == nullptr) {
        return value.is_map();
    }
    const List* arguments = condition->as_list();
    return arguments != nullptr && arguments->size() == 3 && is_item((*arguments)[1]) &&
           is_item((*arguments)[2]);
}

} // namespace

bool check_paths(const Resource& api, const Map& definition) {
    const Value* paths = definition.find("paths");
    if (paths == nullptr || !paths->is_map()) {
        return true;
    }
    const auto wrong = [&](const data::Entry& entry, std::string_view what) {
        api.context().error(
            fmt::format("{} {} of the API's definition must be a map", what, entry.key),
            "see https://spec.openapis.org/oas/v3.0.3#paths-object",
            entry.value.where().known() ? entry.value.where() : entry.key_where.place);
        return false;
    };
    for (const data::Entry& path : *paths->as_map()) {
        if (!is_item(path.value)) {
            return wrong(path, "path");
        }
        Value copy = path.value;
        for (const Map* item : branches(copy)) {
            for (const data::Entry& method : *item) {
                if (is_method(method.key) && !method.value.is_null() && !is_item(method.value)) {
                    return wrong(method, "method");
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
    const auto parameters = response.below("ResponseParameters");
    if (!parameters) {
        return response.find("ResponseParameters") == nullptr;
    }
    if (!parameters->check("ApiGatewayResponseParameters")) {
        return false;
    }
    for (const auto& [name, place] : kinds) {
        const Value* given = parameters->find(name);
        if (given == nullptr || !given->is_map()) {
            continue;
        }
        for (const data::Entry& entry : *given->as_map()) {
            out.set(data::Entry(
                fmt::format("gatewayresponse.{}.{}", place, entry.key),
                entry.value,
                entry.key_where));
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
    const Value* templates = response.find("ResponseTemplates");
    out.set("responseTemplates", templates == nullptr ? Value(Map{}) : *templates);
    if (const Value* status = response.find("StatusCode")) {
        const std::string text = data::scalar_text(*status);
        const bool numeric = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
            return c >= '0' && c <= '9';
        });
        if (!numeric) {
            response.error("StatusCode", "StatusCode must be a number", "e.g. StatusCode: 401");
            return std::nullopt;
        }
        out.set("statusCode", text);
    }
    return out;
}

} // namespace

bool add_gateway_responses(const Resource& api, Map& definition) {
    const auto responses = api.below("GatewayResponses");
    if (!responses) {
        return api.find("GatewayResponses") == nullptr;
    }
    bool good = true;
    Map out;
    for (const data::Entry& entry : responses->map()) {
        const auto response = responses->below(entry.key);
        auto written = response ? gateway_response(*response) : std::nullopt;
        if (written) {
            out.set(data::Entry(entry.key, std::move(*written), entry.key_where));
        }
        good = good && written.has_value();
    }
    Map& all = map_in(definition, "x-amazon-apigateway-gateway-responses");
    for (data::Entry& entry : out) {
        all.set(std::move(entry));
    }
    return good;
}

bool add_models(const Resource& api, Map& definition) {
    const Map* models = api.map_at("Models");
    if (models == nullptr) {
        return api.find("Models") == nullptr;
    }
    if (!definition.contains("swagger") && !definition.contains("openapi")) {
        api.error(
            "Models",
            "Models needs a DefinitionBody that is swagger 2 or OpenAPI 3",
            "add swagger: '2.0' or openapi: 3.0.1 to the definition");
        return false;
    }
    Map& all = map_in(definition, "definitions");
    for (const data::Entry& model : *models) {
        if (!model.value.is_map()) {
            api.error_at(
                model.value, fmt::format("Models.{}", model.key), "a model must be a JSON schema");
            return false;
        }
        all.set(data::Entry(base::to_lower(model.key), model.value, model.key_where));
    }
    return true;
}

void add_binary_media_types(const Resource& api, Map& definition) {
    if (api.list_at("BinaryMediaTypes") == nullptr) {
        return;
    }
    const Value types = api.context().parameters().resolve(api["BinaryMediaTypes"]);
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
    List all;
    for (const Value& type : *types.as_list()) {
        all.push_back(plain(plain, type));
    }
    definition.set("x-amazon-apigateway-binary-media-types", std::move(all));
}

bool disable_endpoint(const Resource& api, Map& definition) {
    constexpr std::string_view setting_key = "x-amazon-apigateway-endpoint-configuration";
    const Value* disabled = api.find("DisableExecuteApiEndpoint");
    if (disabled == nullptr) {
        return true;
    }
    const auto set_in = [&](Value& holder) {
        Value& setting = (*holder.as_map())[setting_key];
        if (setting.is_null()) {
            setting = Map{};
        }
        if (!setting.is_map()) {
            api.context().error(fmt::format("{} must be a map", setting_key), {}, setting.where());
            return false;
        }
        setting.as_map()->set("disableExecuteApiEndpoint", *disabled);
        return true;
    };
    if (!speaks_openapi_3(definition, {})) {
        Value& setting = definition[setting_key];
        if (!setting.is_map()) {
            setting = Map{};
        }
        setting.as_map()->set("disableExecuteApiEndpoint", *disabled);
        return true;
    }
    Value& servers = definition["servers"];
    if (!servers.is_list() || servers.as_list()->empty()) {
        servers = List{Map{}};
    }
    bool good = true;
    for (Value& server : *servers.as_list()) {
        good = good && server.is_map() && set_in(server);
    }
    return good;
}

namespace {

/// The members of both, in the order in which Python visits them; those of `generated` win. What
/// was put together so keeps its order.
Map joined(const Map& users, const Map& generated, std::uint32_t now) {
    Map out;
    const auto add = [&](const data::Entry& entry) {
        data::Entry added = entry;
        added.key_where.entrance = data::MemberOrigin::Entrance::ordered;
        out.set(std::move(added));
    };
    for (const data::Entry* entry : in_python_order(users)) {
        add(*entry);
    }
    for (const data::Entry* entry : in_python_order(generated, now)) {
        if (data::Entry* own = out.find_entry(entry->key)) {
            own->value = entry->value;
        } else {
            add(*entry);
        }
    }
    return out;
}

void merge_method(Map& item, const data::Entry& generated, std::uint32_t now) {
    static const Map nothing;
    for (data::Entry& entry : item) {
        if (openapi_method(entry.key) != generated.key) {
            continue;
        }
        const bool both = entry.value.is_map() && generated.value.is_map() &&
                          !is_intrinsic(entry.value) && !is_intrinsic(generated.value);
        entry.value = both ? Value(joined(*entry.value.as_map(), *generated.value.as_map(), now))
                           : generated.value;
        return;
    }
    item.set(generated);
    if (const Map* operation = generated.value.as_map()) {
        item.set(generated.key, joined(nothing, *operation, now));
    }
}

} // namespace

Value merge_definitions(const Value& users, const Value& generated, std::uint32_t now) {
    Value merged = users;
    Value* own_paths = merged.find("paths");
    const Value* paths = generated.find("paths");
    if (own_paths != nullptr && own_paths->is_map() && paths != nullptr) {
        for (const data::Entry& path : *paths->as_map()) {
            Value* item = own_paths->find(path.key);
            if (item == nullptr || !item->is_map() || is_intrinsic(*item) || !path.value.is_map()) {
                own_paths->as_map()->set(path);
                continue;
            }
            for (const data::Entry& method : *path.value.as_map()) {
                merge_method(*item->as_map(), method, now);
            }
        }
    }
    for (const data::Entry& entry : *generated.as_map()) {
        if (entry.key != "paths" && entry.key != "swagger" && entry.key != "info" &&
            !merged.as_map()->contains(entry.key)) {
            merged.as_map()->set(entry);
        }
    }
    return merged;
}

std::string version_text(const Value& version) {
    const std::string text = data::scalar_text(version);
    const bool whole = version.kind() == Value::Kind::number && text.find('.') == std::string::npos;
    return whole ? text + ".0" : text;
}

bool upgrade_to_openapi_3(const Resource& api, Map& definition, std::uint32_t now) {
    if (!speaks_openapi_3(definition, api.map())) {
        return true;
    }
    const auto move_to = [&](std::string_view from, std::string_view to) {
        const Value* moved = definition.find(from);
        if (moved == nullptr || !moved->is_map() || moved->as_map()->empty()) {
            return;
        }
        Value value = *moved;
        map_in(definition, "components").set(to, std::move(value));
        remove_member(definition, from, now);
    };
    move_to("securityDefinitions", "securitySchemes");
    move_to("definitions", "schemas");
    Value* paths = definition.find("paths");
    if (paths == nullptr || !paths->is_map()) {
        return true;
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
        Value* options = path.value.find("options");
        Map* operation = options == nullptr ? nullptr : options->as_map();
        if (operation == nullptr) {
            continue;
        }
        remove_member(*operation, "consumes", now);
        remove_member(*operation, "produces", now);
        Value* responses = operation->find("responses");
        if (responses != nullptr && !responses->is_map()) {
            wrong(*responses, path.key, "responses");
            continue;
        }
        Value* answer = responses == nullptr ? nullptr : responses->find("200");
        Value* headers = answer == nullptr ? nullptr : answer->find("headers");
        if (headers != nullptr && !headers->is_map()) {
            wrong(*headers, path.key, "headers");
            continue;
        }
        if (headers == nullptr) {
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
