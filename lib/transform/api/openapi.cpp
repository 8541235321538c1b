#include "transform/api/openapi.h"

#include "base/strings.h"
#include "transform/core/intrinsics.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace samara::transform {

using data::List;
using data::Map;
using data::Value;

bool is_any(std::string_view method) {
    return base::to_lower(method) == "any";
}

std::string openapi_method(std::string_view method) {
    return is_any(method) ? std::string(any_method) : base::to_lower(method);
}

namespace {

Map new_info() {
    return Map{{"version", "1.0"}, {"title", make_ref("AWS::StackName")}};
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

} // namespace

Value new_http_definition() {
    return Map{{"openapi", "3.0.1"}, {"info", new_info()}, {"paths", Map{}}};
}

Value new_rest_definition() {
    return Map{{"swagger", "2.0"}, {"info", new_info()}, {"paths", Map{}}};
}

std::string version_text(const Value& version) {
    const std::string text = data::scalar_text(version);
    const bool whole = version.kind() == Value::Kind::number && text.find('.') == std::string::npos;
    return whole ? text + ".0" : text;
}

bool is_version_3(const Value* version) {
    const std::string text = version == nullptr ? std::string() : version_text(*version);
    const bool minor = text.size() >= 3 && text.starts_with("3.") && is_digit(text[2]);
    return minor && (text.size() == 3 || (text.size() == 5 && text[3] == '.' && is_digit(text[4])));
}

namespace {

bool has_paths(const Value* definition) {
    const Value* paths = definition == nullptr ? nullptr : definition->find("paths");
    return paths != nullptr && paths->is_map();
}

} // namespace

bool is_openapi_3(const Value* definition) {
    return has_paths(definition) && is_version_3(definition->find("openapi"));
}

bool is_rest_document(const Value* definition) {
    return has_paths(definition) &&
           (is_given(definition->find("swagger")) || is_version_3(definition->find("openapi")));
}

namespace {

template <class Item>
std::vector<Item*> contents_of(Item& value) {
    auto* condition = value.find("Fn::If");
    auto* arguments = condition == nullptr ? nullptr : condition->as_list();
    if (arguments == nullptr) {
        return {&value};
    }
    std::vector<Item*> found;
    for (std::size_t i = 1; i < arguments->size(); ++i) {
        if (!is_no_value((*arguments)[i])) {
            found.push_back(&(*arguments)[i]);
        }
    }
    return found;
}

} // namespace

std::vector<Value*> contents(Value& value) {
    return contents_of(value);
}

bool check_item(Context& context, const data::Entry& item, std::string_view what) {
    const Value* condition = item.value.find("Fn::If");
    const std::vector<const Value*> all = contents_of(item.value);
    if ((condition == nullptr || condition->is_list()) &&
        std::all_of(all.begin(), all.end(), [](const Value* one) { return one->is_map(); })) {
        return true;
    }
    context.error(
        fmt::format("{} {} of the API's definition must be a map", what, item.key),
        "see https://spec.openapis.org/oas/v3.0.3#paths-object",
        item.value.where().known() ? item.value.where() : item.key_where.place);
    return false;
}

std::vector<Map*> branches(Value& value) {
    std::vector<Map*> found;
    for (Value* content : contents(value)) {
        if (Map* map = content->as_map()) {
            found.push_back(map);
        }
    }
    return found;
}

bool has_integration(const Map& operation) {
    return is_given(operation.find(integration_key));
}

bool has_integration(Map& paths, std::string_view path, std::string_view method) {
    Value* item = paths.find(path);
    if (item == nullptr) {
        return false;
    }
    const std::vector<Value*> items = contents(*item);
    return std::all_of(items.begin(), items.end(), [&](Value* one) {
        Value* operation = one->find(method);
        if (operation == nullptr || !operation->is_map()) {
            return false;
        }
        const std::vector<Map*> operations = branches(*operation);
        return std::any_of(operations.begin(), operations.end(), [](const Map* map) {
            return has_integration(*map);
        });
    });
}

std::vector<Map*> operations_at(Map& paths, std::string_view path, std::string_view method) {
    std::vector<Map*> found;
    Value* item = paths.find(path);
    for (Map* one : item == nullptr ? std::vector<Map*>{} : branches(*item)) {
        Value* whole = one->find(method);
        for (Map* operation : whole == nullptr ? std::vector<Map*>{} : branches(*whole)) {
            if (has_integration(*operation)) {
                found.push_back(operation);
            }
        }
    }
    return found;
}

bool is_rest_method(std::string_view key) {
    return key != "parameters" && key != "summary" && key != "description";
}

bool is_http_method(std::string_view key) {
    return key != "parameters";
}

void each_operation(
    Map& paths,
    bool (*is_method)(std::string_view key),
    const std::function<void(const std::string&, const std::string&, Map&)>& visit) {
    for (data::Entry& path : paths) {
        for (Map* item : branches(path.value)) {
            for (data::Entry& method : *item) {
                if (!is_method(method.key)) {
                    continue;
                }
                for (Map* operation : branches(method.value)) {
                    if (has_integration(*operation)) {
                        visit(path.key, openapi_method(method.key), *operation);
                    }
                }
            }
        }
    }
}

bool add_operation(Map& paths, const Value& path, const Value& method) {
    if (!paths.contains(path.text())) {
        paths.set(data::Entry(std::string(path.text()), Map{}, path.where()));
    }
    Value& item = *paths.find(path.text());
    if (!item.is_map()) {
        return false;
    }
    for (Map* candidate : branches(item)) {
        if (!candidate->contains(method.text())) {
            candidate->set(data::Entry(std::string(method.text()), Map{}, method.where()));
        }
    }
    return true;
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

std::optional<EventRoute> written_route(const Map& event) {
    const Value* path = event.find("Path");
    const Value* method = event.find("Method");
    if (path == nullptr || method == nullptr || !path->is_string() || !method->is_string()) {
        return std::nullopt;
    }
    EventRoute route{*path, openapi_method(method->text())};
    if (!is_any(method->text())) {
        route.method.set_where(method->where());
    }
    return route;
}

void answer_route(
    Map& paths,
    const EventRoute& route,
    const Value* condition,
    const std::function<void(Map& operation)>& answer) {
    for (Map* item : branches(*paths.find(route.path.text()))) {
        Value& method = (*item)[route.method.text()];
        if (!method.is_map()) {
            method = Map{};
        }
        answer(*method.as_map());
        if (condition != nullptr) {
            Value inner = std::move(method);
            method = make_conditional(condition, std::move(inner));
        }
    }
}

std::string invocations_arn(std::string_view partition, std::string_view function) {
    return fmt::format(
        "arn:{}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/{}/invocations",
        partition,
        function);
}

} // namespace samara::transform
