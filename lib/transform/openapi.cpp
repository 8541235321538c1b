#include "transform/openapi.h"

#include "base/strings.h"
#include "transform/intrinsics.h"

#include <algorithm>

namespace samara::transform {

using data::List;
using data::Map;
using data::Value;

std::string openapi_method(std::string_view method) {
    std::string lower = base::to_lower(method);
    return lower == "any" ? std::string(any_method) : lower;
}

Value new_http_definition() {
    return Map{
        {"openapi", "3.0.1"},
        {"info", Map{{"version", "1.0"}, {"title", make_ref("AWS::StackName")}}},
        {"paths", Map{}}};
}

Value new_rest_definition() {
    return Map{
        {"swagger", "2.0"},
        {"info", Map{{"version", "1.0"}, {"title", make_ref("AWS::StackName")}}},
        {"paths", Map{}}};
}

bool speaks_openapi_3(const Map& definition, const Map& api) {
    for (const Value* version : {definition.find("openapi"), api.find("OpenApiVersion")}) {
        if (version != nullptr && data::scalar_text(*version).starts_with('3')) {
            return true;
        }
    }
    return false;
}

Map& security_schemes(Map& definition, const Map& api) {
    const auto map_in = [](Map& map, std::string_view key) -> Map& {
        Value& value = map[key];
        if (!value.is_map()) {
            value = Map{};
        }
        return *value.as_map();
    };
    if (speaks_openapi_3(definition, api)) {
        return map_in(map_in(definition, "components"), "securitySchemes");
    }
    return map_in(definition, "securityDefinitions");
}

std::vector<Map*> branches(Value& value) {
    if (as_if(value)) {
        std::vector<Map*> found;
        List& arguments = *value.find("Fn::If")->as_list();
        for (std::size_t i = 1; i < arguments.size(); ++i) {
            if (!is_no_value(arguments[i]) && arguments[i].is_map()) {
                for (Map* branch : branches(arguments[i])) {
                    found.push_back(branch);
                }
            }
        }
        return found;
    }
    Map* map = value.as_map();
    return map == nullptr || is_intrinsic(value) ? std::vector<Map*>{} : std::vector{map};
}

Map* find_operation(Map& paths, std::string_view path, std::string_view method, bool create) {
    if (!create && !paths.contains(path)) {
        return nullptr;
    }
    Value& item = paths[path];
    if (item.is_null()) {
        item = Map{};
    }
    const std::vector<Map*> items = branches(item);
    for (Map* candidate : items) {
        for (data::Entry& entry : *candidate) {
            if (openapi_method(entry.key) == method) {
                if (entry.value.is_null()) {
                    entry.value = Map{};
                }
                const std::vector<Map*> operations = branches(entry.value);
                return operations.empty() ? nullptr : operations.front();
            }
        }
    }
    if (!create || items.empty()) {
        return nullptr;
    }
    return items.front()->set(method, Map{}).as_map();
}

void add_operation(Map& paths, const Value& path, const Value& method) {
    if (!paths.contains(path.text())) {
        paths.set(data::Entry(std::string(path.text()), Map{}, path.where()));
    }
    Value& item = *paths.find(path.text());
    if (item.is_null()) {
        item = Map{};
    }
    for (Map* candidate : branches(item)) {
        const bool there =
            std::any_of(candidate->begin(), candidate->end(), [&](const data::Entry& entry) {
                return openapi_method(entry.key) == method.text();
            });
        if (!there) {
            candidate->set(data::Entry(std::string(method.text()), Map{}, method.where()));
        }
    }
}

std::vector<std::string> path_parameters(std::string_view path) {
    std::vector<std::string> names;
    for (std::size_t open = path.find('{'); open != std::string_view::npos;
         open = path.find('{', open + 1)) {
        const std::size_t close = path.find('}', open);
        if (close == std::string_view::npos) {
            break;
        }
        names.emplace_back(path.substr(open + 1, close - open - 1));
    }
    return names;
}

namespace {

// Each parameter of the path is declared, and required.
void declare_parameters(Map& operation, std::string_view path) {
    const std::vector<std::string> names = path_parameters(path);
    if (names.empty()) {
        return;
    }
    Value& declared = operation["parameters"];
    if (!declared.is_list()) {
        declared = List{};
    }
    for (const std::string& name : names) {
        const auto known = std::find_if(
            declared.as_list()->begin(), declared.as_list()->end(), [&](const Value& row) {
                const Value* row_name = row.find("name");
                const Value* in = row.find("in");
                return row_name != nullptr && row_name->text() == name && in != nullptr &&
                       in->text() == "path";
            });
        if (known != declared.as_list()->end()) {
            known->as_map()->set("required", true);
        } else {
            declared.as_list()->emplace_back(
                Map{{"name", name}, {"in", "path"}, {"required", true}});
        }
    }
}

} // namespace

void integrate_function(
    Map& operation, std::string_view path, const Value& function_uri, const Value* condition) {
    if (!operation.contains(integration_key)) {
        operation.set(
            integration_key,
            Map{{"type", "aws_proxy"},
                {"httpMethod", "POST"},
                {"payloadFormatVersion", "2.0"},
                {"uri", make_conditional(condition, function_uri)}});
    }
    if (path == default_path || path == "/$default") {
        operation.set("isDefaultRoute", true);
    }
    if (!operation.contains("responses")) {
        operation.set("responses", Map{});
    }
    declare_parameters(operation, path);
}

void secure_operation(Map& operation, std::string_view authorizer, List scopes) {
    if (!operation.contains("security")) {
        operation.set("security", List{Map{{std::string(authorizer), std::move(scopes)}}});
    }
}

} // namespace samara::transform
