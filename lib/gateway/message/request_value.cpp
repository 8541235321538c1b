#include "gateway/message/request_value.h"

#include "base/percent.h"
#include "base/strings.h"
#include "data/read.h"
#include "gateway/message/event.h"

#include <array>

namespace samara::gateway {

namespace {

/// The context is what a function would be told of it: requestContext of its event.
std::string context_value(const Call& call, std::string_view name) {
    if (name == "xrayTraceId") {
        return call.trace_id;
    }
    std::string text;
    base::JsonWriter json(text);
    json.begin_object();
    write_request_v1(json, call);
    json.end_object();
    const auto event = data::read_json(text, "event");
    const data::Value* value = event ? event->find("requestContext") : nullptr;
    for (const std::string_view step : base::split(name, '.')) {
        value = value == nullptr ? nullptr : value->find(step);
    }
    return value == nullptr ? std::string() : data::scalar_text(*value);
}

std::string stage_variable(const Call& call, std::string_view name) {
    for (const auto& [known, value] : call.api.stage_variables) {
        if (known == name) {
            return value;
        }
    }
    return {};
}

std::string header_value(const Call& call, std::string_view name) {
    return std::string(call.header(name));
}

std::string query_value(const Call& call, std::string_view name) {
    std::string last;
    for (auto& [known, value] : base::parse_query(call.request.query())) {
        if (known == name) {
            last = std::move(value);
        }
    }
    return last;
}

std::string path_value(const Call& call, std::string_view name) {
    for (const auto& [known, value] : call.match.parameters) {
        if (known == name) {
            return event_parameter(call, value);
        }
    }
    return {};
}

struct Source {
    std::string_view prefix;
    std::string (*value)(const Call&, std::string_view);
};

constexpr std::array<Source, 7> sources{{
    {"context.", context_value},
    {"stageVariables.", stage_variable},
    {"method.request.header.", header_value},
    {"method.request.multivalueheader.", header_value},
    {"method.request.querystring.", query_value},
    {"method.request.multivaluequerystring.", query_value},
    {"method.request.path.", path_value},
}};

const Source* source_of(std::string_view expression) {
    for (const Source& source : sources) {
        if (expression.starts_with(source.prefix)) {
            return &source;
        }
    }
    return nullptr;
}

} // namespace

bool is_request_expression(std::string_view expression) {
    return source_of(expression) != nullptr;
}

std::string request_value(const Call& call, std::string_view expression) {
    const Source* source = source_of(expression);
    return source == nullptr ? std::string()
                             : source->value(call, expression.substr(source->prefix.size()));
}

} // namespace samara::gateway
