#include "gateway/websocket/selection.h"

#include "data/read.h"
#include "vtl/json_path.h"

#include <optional>

namespace samara::gateway {

namespace {

constexpr std::string_view default_key = "$default";

/// "request.body.action" of a message; nothing when it has none, or one that is no text.
std::optional<std::string> variable(std::string_view name, const data::Value& message) {
    constexpr std::string_view body = "request.body.";
    if (!name.starts_with(body)) {
        return std::nullopt;
    }
    const auto path = vtl::JsonPath::parse("$." + std::string(name.substr(body.size())));
    if (!path) {
        return std::nullopt;
    }
    const auto selection = path->select(message);
    if (!selection || !selection->found || selection->value.is_null() ||
        selection->value.is_map() || selection->value.is_list()) {
        return std::nullopt;
    }
    return data::scalar_text(selection->value);
}

} // namespace

std::string selected_key(std::string_view expression, const std::string& message) {
    const auto document = data::read_json(message, "message");
    if (!document) {
        return std::string(default_key);
    }
    if (expression.starts_with('$') && !expression.starts_with("${")) {
        return variable(expression.substr(1), *document).value_or(std::string(default_key));
    }
    std::string key;
    while (!expression.empty()) {
        const std::size_t begin = expression.find("${");
        const std::size_t end =
            begin == std::string_view::npos ? begin : expression.find('}', begin);
        key += expression.substr(0, end == std::string_view::npos ? end : begin);
        if (end == std::string_view::npos) {
            break;
        }
        const auto value = variable(expression.substr(begin + 2, end - begin - 2), *document);
        if (!value) {
            return std::string(default_key);
        }
        key += *value;
        expression.remove_prefix(end + 1);
    }
    return key;
}

const Route* socket_route(const Api& api, std::string_view key) {
    const Route* fallback = nullptr;
    for (const Route& route : api.routes) {
        if (route.path == key) {
            return &route;
        }
        if (route.path == default_key) {
            fallback = &route;
        }
    }
    return key == "$connect" || key == "$disconnect" ? nullptr : fallback;
}

} // namespace samara::gateway
