#include "gateway/message/context.h"

#include "base/strings.h"
#include "data/read.h"
#include "data/write.h"
#include "gateway/message/event.h"

namespace samara::gateway {

namespace {

constexpr std::string_view authorizer = "authorizer.";

/// Events of format 2.0 nest by kind what the context has in one map.
const data::Value* unnested(const data::Value* found) {
    for (const std::string_view kind : {"jwt", "lambda", "iam"}) {
        const data::Value* nested = found == nullptr ? nullptr : found->find(kind);
        if (nested != nullptr && nested->is_map()) {
            return nested;
        }
    }
    return found;
}

} // namespace

std::string_view leading_name(std::string_view text) {
    constexpr std::string_view characters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    const std::string_view name =
        text.substr(0, std::min(text.find_first_not_of(characters), text.size()));
    return name.substr(0, name.find_last_not_of(".-") + 1);
}

data::Value request_context(const Call& call) {
    std::string text;
    base::JsonWriter json(text);
    json.begin_object();
    write_context_v1(json, call);
    json.end_object();
    auto event = data::read_json(text, "event");
    data::Value* context = event ? event->find("requestContext") : nullptr;
    return context == nullptr ? data::Value() : std::move(*context);
}

std::string context_value(const Call& call, const data::Value& context, std::string_view name) {
    if (name == "xrayTraceId") {
        return call.trace_id;
    }
    if (name == "routeKey") {
        return route_key(*call.match.route);
    }
    if (call.api.kind == ApiKind::http && name.starts_with(authorizer)) {
        const data::Value* found = unnested(context.find("authorizer"));
        return found == nullptr ? std::string()
                                : context_value(*found, name.substr(authorizer.size()));
    }
    return context_value(context, name);
}

std::string context_value(const data::Value& context, std::string_view name) {
    const data::Value* value = &context;
    for (const std::string_view step : base::split(name, '.')) {
        value = value == nullptr ? nullptr : value->find(step);
    }
    if (value == nullptr) {
        return {};
    }
    return value->is_map() || value->is_list() ? data::write_json(*value)
                                               : data::scalar_text(*value);
}

std::string context_value(const Call& call, std::string_view name) {
    return context_value(call, request_context(call), name);
}

} // namespace samara::gateway
