#include "gateway/message/response.h"

#include "base/base64.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "base/try.h"
#include "data/read.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

/// Headers that describe this connection and this message: the gateway's to write.
constexpr std::array<std::string_view, 6> own_headers{
    "connection", "content-length", "date", "keep-alive", "transfer-encoding", "upgrade"};

bool is_own(std::string_view name) {
    return std::find(own_headers.begin(), own_headers.end(), base::to_lower(name)) !=
           own_headers.end();
}

base::Result<void>
add_header(net::HttpResponse& response, std::string_view name, const data::Value& value) {
    const std::string text = data::scalar_text(value);
    if (!net::is_valid_header(name, text)) {
        return base::fail(
            fmt::format("header '{}' cannot be sent: it would break the message", name));
    }
    if (value.is_list() || value.is_map()) {
        return base::fail(fmt::format(
            "header '{}' has to be a string, not {}", name, data::kind_name(value.kind())));
    }
    response.headers.push_back({std::string(name), text});
    return {};
}

base::Result<int> status_of(const data::Value& code) {
    int status = 0;
    const double* number = code.as_number(); // 200.0 of languages whose numbers have a point
    const std::string text = number != nullptr && std::trunc(*number) == *number
                                 ? fmt::format("{:.0f}", *number)
                                 : data::scalar_text(code);
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, status);
    if (parsed.ec != std::errc{} || parsed.ptr != end || status < 200 || status > 599) {
        // Below 200 it is no answer: its client would wait for the real one.
        return base::fail("statusCode has to be an HTTP status from 200 to 599");
    }
    return status;
}

/// A boolean or its text; nothing is false.
base::Result<bool> read_flag(const data::Value* flag) {
    if (flag == nullptr || flag->is_null()) {
        return false;
    }
    if (const bool* value = flag->as_boolean()) {
        return *value;
    }
    const std::string text = base::to_lower(flag->text());
    if (text != "true" && text != "false") {
        return base::fail("isBase64Encoded has to be true or false");
    }
    return text == "true";
}

base::Result<void>
set_body(net::HttpResponse& response, const data::Value& result, bool decode_base64) {
    const data::Value* body = result.find("body");
    if (body == nullptr || body->is_null()) {
        return {};
    }
    if (body->is_list() || body->is_map()) {
        return base::fail(
            fmt::format("body has to be a string, not {}", data::kind_name(body->kind())));
    }
    response.body = data::scalar_text(*body);
    const data::Value* flag = result.find("isBase64Encoded");
    TRY_ASSIGN(
        const auto is_base64, read_flag(flag != nullptr ? flag : result.find("base64Encoded")));
    if (is_base64 && decode_base64) {
        auto bytes = base::base64_decode(response.body);
        if (!bytes) {
            return base::fail("isBase64Encoded is true but body is not base64");
        }
        response.body = std::move(*bytes);
    }
    return {};
}

void default_content_type(net::HttpResponse& response, std::string_view type) {
    if (net::find_header(response.headers, "Content-Type") == nullptr) {
        response.headers.push_back({"Content-Type", std::string(type)});
    }
}

base::Result<data::Value> parse(const invoke::Response& result) {
    if (!result.function_error.empty()) {
        return base::fail(
            result.error_type == invoke::timeout_error ? "the function has timed out"
                                                       : "the function failed");
    }
    return data::read_json(result.payload, "function result");
}

/// The members of what has to be a map, if it is there.
base::Result<const data::Map*> members(const data::Value& result, std::string_view name) {
    static const data::Map none;
    const data::Value* value = result.find(name);
    if (value == nullptr || value->is_null()) {
        return &none;
    }
    if (!value->is_map()) {
        return base::fail(
            fmt::format("{} has to be a map, not {}", name, data::kind_name(value->kind())));
    }
    return value->as_map();
}

/// A REST API needs no member and refuses those it does not know
/// (tried on API Gateway: github.com/aws/aws-sam-cli/pull/1154).
base::Result<void> check_members(const data::Value& result) {
    constexpr std::array<std::string_view, 6> known{
        "statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded", "base64Encoded"};
    for (const data::Entry& entry : *result.as_map()) {
        if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
            return base::fail(
                fmt::format("'{}' is no member of a proxy response of a REST API", entry.key));
        }
    }
    return {};
}

/// headers and multiValueHeaders, merged into one list; a pair of name and value that is in both
/// counts once. docs.aws.amazon.com/apigateway/latest/developerguide/
/// set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
base::Result<void> set_headers_v1(net::HttpResponse& response, const data::Value& result) {
    const auto multiple = members(result, "multiValueHeaders");
    const auto single = members(result, "headers");
    if (!multiple || !single) {
        return tl::unexpected(multiple ? single.error() : multiple.error());
    }
    for (const data::Entry& header : **multiple) {
        const data::List* list = header.value.as_list();
        if (list == nullptr) {
            return base::fail(fmt::format("multiValueHeaders '{}' has to be a list", header.key));
        }
        for (const data::Value& item : *list) {
            if (auto added = add_header(response, header.key, item); !added) {
                return added;
            }
        }
    }
    for (const data::Entry& header : **single) {
        const bool known = std::any_of(
            response.headers.begin(), response.headers.end(), [&](const net::HttpHeader& other) {
                return net::equal_ignoring_case(other.name, header.key) &&
                       other.value == data::scalar_text(header.value);
            });
        if (!known) {
            if (auto added = add_header(response, header.key, header.value); !added) {
                return added;
            }
        }
    }
    return {};
}

base::Result<void> add_cookies(net::HttpResponse& response, const data::Value& result) {
    const data::Value* cookies = result.find("cookies");
    if (cookies == nullptr || cookies->is_null()) {
        return {};
    }
    if (!cookies->is_list()) {
        return base::fail(
            fmt::format("cookies has to be a list, not {}", data::kind_name(cookies->kind())));
    }
    for (const data::Value& cookie : *cookies->as_list()) {
        TRY(add_header(response, "Set-Cookie", cookie));
    }
    return {};
}

/// A REST API renames what is its own to write.
void remap_own_headers(net::HttpResponse& response) {
    for (net::HttpHeader& header : response.headers) {
        if (is_own(header.name)) {
            header.name.insert(0, "x-amzn-Remapped-");
        }
    }
}

/// A result without statusCode is itself the body.
net::HttpResponse short_form(const data::Value& result, const std::string& payload) {
    net::HttpResponse response{200, {{"Content-Type", "application/json"}}, {}};
    response.body = result.is_string() ? *result.as_string() : payload;
    return response;
}

} // namespace

base::Result<net::HttpResponse> response_v2(const invoke::Response& result) {
    TRY_ASSIGN(const auto value, parse(result));
    const data::Value* code = value.find("statusCode");
    if (code == nullptr) {
        return short_form(value, result.payload);
    }
    TRY_ASSIGN(const auto status, status_of(*code));
    TRY_ASSIGN(const auto headers, members(value, "headers"));
    net::HttpResponse response{status, {}, {}};
    for (const data::Entry& header : *headers) {
        if (is_own(header.key)) {
            continue;
        }
        TRY(add_header(response, header.key, header.value));
    }
    TRY(add_cookies(response, value));
    TRY(set_body(response, value, true));
    default_content_type(response, "text/plain;charset=UTF-8");
    return response;
}

base::Result<net::HttpResponse>
response_v1(const invoke::Response& result, const ResponseV1Options& options) {
    TRY_ASSIGN(const auto value, parse(result));
    if (!value.is_map()) {
        return base::fail(
            fmt::format("the result has to be a map, not {}", data::kind_name(value.kind())));
    }
    if (const auto checked = options.rest ? check_members(value) : base::Result<void>(); !checked) {
        return tl::unexpected(checked.error());
    }
    const data::Value* code = value.find("statusCode");
    if (code != nullptr && code->is_null()) {
        code = nullptr;
    }
    if (code == nullptr && !options.rest) {
        return base::fail("the result has no statusCode");
    }
    TRY_ASSIGN(const auto status, code == nullptr ? base::Result<int>(200) : status_of(*code));
    net::HttpResponse response{status, {}, {}};
    TRY(set_headers_v1(response, value));
    remap_own_headers(response);
    TRY(set_body(response, value, options.decode_base64));
    default_content_type(response, options.rest ? "application/json" : "text/plain;charset=UTF-8");
    return response;
}

base::Result<net::HttpResponse> response_head(const data::Value& metadata, bool rest) {
    if (!metadata.is_map()) {
        return base::fail("the metadata before the response stream are no JSON object");
    }
    const data::Value* code = metadata.find("statusCode");
    TRY_ASSIGN(const auto status, code == nullptr ? base::Result<int>(200) : status_of(*code));
    net::HttpResponse response{status, {}, {}};
    TRY(set_headers_v1(response, metadata));
    if (rest) {
        remap_own_headers(response);
    } else {
        std::erase_if(
            response.headers, [](const net::HttpHeader& header) { return is_own(header.name); });
    }
    TRY(add_cookies(response, metadata));
    default_content_type(response, rest ? "application/json" : "text/plain;charset=UTF-8");
    return response;
}

net::HttpResponse message_response(int status, std::string_view message) {
    net::HttpResponse response{status, {{"Content-Type", "application/json"}}, {}};
    base::JsonWriter(response.body).begin_object().member("message", message).end_object();
    return response;
}

} // namespace samara::gateway
