#include "gateway/message/request_value.h"

#include "base/percent.h"
#include "gateway/message/context.h"

#include <array>

namespace samara::gateway {

namespace {

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

std::vector<std::string> header_values(const Call& call, std::string_view name) {
    return net::header_values(call.request.headers, name);
}

std::vector<std::string> query_values(const Call& call, std::string_view name) {
    std::vector<std::string> values;
    for (auto& [known, value] : base::parse_query(call.request.query())) {
        if (known == name) {
            values.push_back(std::move(value));
        }
    }
    return values;
}

struct Source {
    std::string_view prefix;
    std::string (*value)(const Call&, std::string_view);
    std::vector<std::string> (*values)(const Call&, std::string_view) = nullptr;
};

constexpr std::array<Source, 7> sources{{
    {"context.", static_cast<std::string (*)(const Call&, std::string_view)>(context_value)},
    {"stageVariables.", stage_variable},
    {"method.request.header.", header_value},
    {"method.request.multivalueheader.", header_value, header_values},
    {"method.request.querystring.", query_value},
    {"method.request.multivaluequerystring.", query_value, query_values},
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

std::vector<std::string> request_values(const Call& call, std::string_view expression) {
    const Source* source = source_of(expression);
    if (source != nullptr && source->values != nullptr) {
        return source->values(call, expression.substr(source->prefix.size()));
    }
    std::string value = request_value(call, expression);
    return value.empty() ? std::vector<std::string>() : std::vector{std::move(value)};
}

} // namespace samara::gateway
