#include "gateway/integration/parameter_mapping.h"

#include "base/percent.h"
#include "base/strings.h"
#include "gateway/integration/payload_value.h"
#include "gateway/message/context.h"
#include "gateway/message/request_value.h"
#include "net/http_client.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

namespace samara::gateway {

namespace {

constexpr std::array<std::string_view, 19> reserved{
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-location",
    "forwarded",
    "keep-alive",
    "origin",
    "proxy-authenticate",
    "te",
    "trailers",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "proxy-authorization",
    "host",
    "x-forwarded-proto"};
constexpr std::array<std::string_view, 4> reserved_prefixes{
    "access-control-", "apigw-", "x-amz-", "x-amzn-"};

/// API Gateway looks no further into a payload for a JSON path.
constexpr std::size_t selectable_bytes = 100UL * 1024;

std::string joined_header(const net::HttpHeaders& headers, std::string_view name) {
    return base::join(net::header_values(headers, name), ",");
}

/// "body" or "body.<JSON path below $>".
std::string body_value(std::string_view body, std::string_view path) {
    return payload_value(path.empty() ? body : body.substr(0, selectable_bytes), path);
}

std::string query_value(const Call& call, std::string_view name) {
    std::string values;
    for (const auto& [known, value] : base::parse_query(call.request.query())) {
        if (known == name) {
            values.append(values.empty() ? "" : ",").append(value);
        }
    }
    return values;
}

/// Context and stage variables are the same for both ways.
std::string common_value(const Call& call, std::string_view variable) {
    return is_request_expression(variable) && !variable.starts_with("method.")
               ? request_value(call, variable)
               : std::string();
}

std::string request_variable(const Call& call, std::string_view variable) {
    constexpr std::string_view header = "request.header.";
    constexpr std::string_view query = "request.querystring.";
    constexpr std::string_view path = "request.path";
    constexpr std::string_view body = "request.body";
    if (variable.starts_with(header)) {
        return joined_header(call.request.headers, variable.substr(header.size()));
    }
    if (variable.starts_with(query)) {
        return query_value(call, variable.substr(query.size()));
    }
    if (variable == path) {
        return std::string(call.request.path());
    }
    if (variable.starts_with(path)) {
        return request_value(call, "method." + std::string(variable));
    }
    if (variable.starts_with(body)) {
        return body_value(call.request.body, variable.substr(body.size()));
    }
    return common_value(call, variable);
}

std::string
response_variable(const Call& call, const net::HttpResponse& response, std::string_view variable) {
    constexpr std::string_view header = "response.header.";
    constexpr std::string_view body = "response.body";
    if (variable.starts_with(header)) {
        return joined_header(response.headers, variable.substr(header.size()));
    }
    if (variable.starts_with(body)) {
        return body_value(response.body, variable.substr(body.size()));
    }
    return common_value(call, variable);
}

using Variable = std::function<std::string(std::string_view)>;

/// One variable, or a text with variables in braces.
std::string evaluate(std::string_view text, const Variable& variable) {
    if (text.starts_with('$') && !text.starts_with("${")) {
        return variable(text.substr(1));
    }
    std::string value;
    while (!text.empty()) {
        const std::size_t begin = text.find("${");
        const std::size_t end = begin == std::string_view::npos ? begin : text.find('}', begin);
        if (end == std::string_view::npos) {
            break;
        }
        value.append(text.substr(0, begin))
            .append(variable(text.substr(begin + 2, end - begin - 2)));
        text.remove_prefix(end + 1);
    }
    return value.append(text);
}

/// What is overwritten with nothing is gone: the client's own value must not stand for it.
void change_headers(net::HttpHeaders& headers, const ParameterChange& change, std::string value) {
    if (change.action != ParameterChange::Action::append) {
        std::erase_if(headers, [&](const net::HttpHeader& header) {
            return net::equal_ignoring_case(header.name, change.name);
        });
    }
    if (change.action != ParameterChange::Action::remove && !value.empty() &&
        net::is_valid_header(change.name, value)) {
        headers.push_back({change.name, std::move(value)});
    }
}

void change_query(std::string& query, const ParameterChange& change, const std::string& value) {
    std::string changed;
    const auto add = [&](std::string_view piece) {
        changed.append(changed.empty() ? "" : "&").append(piece);
    };
    for (const std::string_view piece : base::split(query, '&')) {
        const bool named =
            base::percent_decode(piece.substr(0, piece.find('=')), true) == change.name;
        if (!piece.empty() && (!named || change.action == ParameterChange::Action::append)) {
            add(piece);
        }
    }
    if (change.action != ParameterChange::Action::remove && !value.empty()) {
        add(net::percent_encode(change.name) + '=' + net::percent_encode(value));
    }
    query = std::move(changed);
}

/// A path can be sent: it begins with a slash and has nothing that would end it.
std::string as_path(std::string_view value) {
    std::string path = value.starts_with('/') ? "" : "/";
    for (const char character : value) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte > 0x20 && byte < 0x7F && byte != '?' && byte != '#') {
            path.push_back(character);
        } else {
            path += net::percent_encode(std::string_view(&character, 1));
        }
    }
    return path;
}

} // namespace

bool is_reserved_header(std::string_view name) {
    const std::string lower = base::to_lower(name);
    return std::find(reserved.begin(), reserved.end(), lower) != reserved.end() ||
           std::any_of(
               reserved_prefixes.begin(), reserved_prefixes.end(), [&](std::string_view prefix) {
                   return lower.starts_with(prefix);
               });
}

bool overwrites_path(const ParameterMapping& mapping) {
    return std::any_of(mapping.request.begin(), mapping.request.end(), [](const auto& change) {
        return change.place == ParameterChange::Place::path;
    });
}

net::HttpRequest mapped_request(const Call& call, const ParameterMapping& mapping) {
    net::HttpRequest mapped = call.request;
    std::string path(call.request.path());
    std::string query(call.request.query());
    for (const ParameterChange& change : mapping.request) {
        std::string value = evaluate(change.value, [&](std::string_view variable) {
            return request_variable(call, variable);
        });
        switch (change.place) {
        case ParameterChange::Place::header:
            change_headers(mapped.headers, change, std::move(value));
            break;
        case ParameterChange::Place::query:
            change_query(query, change, value);
            break;
        case ParameterChange::Place::path:
            path = as_path(value);
            break;
        case ParameterChange::Place::status:
            break; // of responses
        }
    }
    mapped.target = path + (query.empty() ? "" : "?" + query);
    return mapped;
}

void map_response(const Call& call, const ParameterMapping& mapping, net::HttpResponse& response) {
    const auto changes = mapping.responses.find(response.status);
    if (changes == mapping.responses.end()) {
        return;
    }
    const net::HttpResponse given = response; // what every value is taken from
    for (const ParameterChange& change : changes->second) {
        std::string value = evaluate(change.value, [&](std::string_view variable) {
            return response_variable(call, given, variable);
        });
        if (change.place == ParameterChange::Place::status) {
            int status = 0;
            std::from_chars(value.data(), value.data() + value.size(), status);
            response.status = status >= 200 && status <= 599 ? status : response.status;
        } else {
            change_headers(response.headers, change, std::move(value));
        }
    }
}

} // namespace samara::gateway
