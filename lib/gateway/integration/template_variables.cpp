#include "gateway/integration/template_variables.h"

#include "base/percent.h"
#include "gateway/message/context.h"
#include "net/wait.h"

#include <charconv>

namespace samara::gateway {

namespace {

TextPairs path_of(const Call& call) {
    TextPairs pairs;
    for (const auto& [name, value] : call.match.parameters) {
        pairs.emplace_back(name, event_parameter(call, value));
    }
    return pairs;
}

TextPairs headers_of(const Call& call) {
    TextPairs pairs;
    for (const net::HttpHeaders& headers : {call.request.headers, gateway_headers(call)}) {
        for (const net::HttpHeader& header : headers) {
            pairs.emplace_back(header.name, header.value);
        }
    }
    return pairs;
}

const vtl::Map* map_in(const vtl::Map& map, std::string_view name) {
    const vtl::Value* value = map.find(name);
    vtl::Map* const* found = value == nullptr ? nullptr : std::get_if<vtl::Map*>(value);
    return found == nullptr ? nullptr : *found;
}

/// On an event loop, a tenth of a millisecond or so: see gateway/on_loop.h.
vtl::Limits limits_here() {
    vtl::Limits limits;
    if (net::on_loop()) {
        limits.steps = 4'000;
        limits.bytes = std::size_t{256} * 1024;
        limits.output = std::size_t{128} * 1024;
        limits.regular_expressions = {};
    }
    return limits;
}

} // namespace

TemplateVariables::TemplateVariables(const Call& call, std::string payload)
    : call_(call), work_(limits_here()), input_(
                                             std::move(payload),
                                             path_of(call),
                                             base::parse_query(call.request.query()),
                                             headers_of(call)) {}

base::Result<std::string> TemplateVariables::render(const vtl::Template& rendered) {
    return rendered.render(
        [this](std::string_view name, vtl::Work& work) { return find(name, work); }, work_);
}

vtl::Map* TemplateVariables::context(vtl::Work& work) {
    if (context_ != nullptr) {
        return context_;
    }
    const vtl::Value value = vtl::from_data(request_context(call_), work);
    vtl::Map* const* map = std::get_if<vtl::Map*>(&value);
    context_ = map == nullptr ? work.map() : *map;
    work.put(*context_, "xrayTraceId", work.text(call_.trace_id));
    for (const std::string_view side : {"requestOverride", "responseOverride"}) {
        vtl::Map* overrides = work.map();
        for (const std::string_view place : {"header", "querystring", "path"}) {
            work.put(*overrides, std::string(place), work.map());
        }
        work.put(*context_, std::string(side), overrides);
    }
    return context_;
}

/// What a request has not, prints nothing.
vtl::Variable TemplateVariables::find(std::string_view name, vtl::Work& work) {
    if (name == "input") {
        return {&input_, true};
    }
    if (name == "util") {
        return {&util_, false};
    }
    if (name == "context") {
        return {context(work), true};
    }
    if (name == "stageVariables") {
        vtl::Map* variables = work.map();
        for (const auto& [known, value] : call_.api.stage_variables) {
            work.put(*variables, known, work.text(value));
        }
        return {variables, true};
    }
    return {};
}

TextPairs TemplateVariables::override_of(std::string_view side, std::string_view place) {
    TextPairs pairs;
    const vtl::Map* overrides = context_ == nullptr ? nullptr : map_in(*context_, side);
    const vtl::Map* values = overrides == nullptr ? nullptr : map_in(*overrides, place);
    if (values != nullptr) {
        for (const auto& [name, item] : values->entries) {
            pairs.emplace_back(name, vtl::text_of(item, work_));
        }
    }
    return pairs;
}

int TemplateVariables::status_override() {
    const vtl::Map* overrides =
        context_ == nullptr ? nullptr : map_in(*context_, "responseOverride");
    const vtl::Value* status = overrides == nullptr ? nullptr : overrides->find("status");
    int code = 0;
    if (status != nullptr) {
        const std::string text = vtl::text_of(*status, work_);
        std::from_chars(text.data(), text.data() + text.size(), code);
    }
    return code >= 200 && code <= 599 ? code : 0;
}

} // namespace samara::gateway
