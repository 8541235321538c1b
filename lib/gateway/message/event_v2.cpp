#include "aws/account.h"
#include "base/base64.h"
#include "base/json_writer.h"
#include "base/percent.h"
#include "base/strings.h"
#include "gateway/message/event.h"
#include "gateway/message/event_parts.h"
#include "gateway/message/media_type.h"

namespace samara::gateway {

namespace {

/// Pairs with the values of equal names joined by commas, sorted by name.
using Joined = std::map<std::string, std::string>;

void join(Joined& joined, std::string name, std::string_view value) {
    auto [found, added] = joined.try_emplace(std::move(name), value);
    if (!added) {
        found->second.append(",").append(value);
    }
}

void write_pairs(base::JsonWriter& json, std::string_view name, const Joined& pairs) {
    json.key(name).begin_object();
    for (const auto& [key, value] : pairs) {
        json.member(key, value);
    }
    json.end_object();
}

/// Names in small letters, cookies apart.
void write_headers(base::JsonWriter& json, const Call& call) {
    Joined headers;
    std::vector<std::string_view> cookies;
    for (const net::HttpHeader& header : call.request.headers) {
        std::string name = base::to_lower(header.name);
        if (name == "cookie") {
            for (const std::string_view cookie : base::split(header.value, ';')) {
                cookies.push_back(base::trim(cookie));
            }
        } else {
            join(headers, std::move(name), header.value);
        }
    }
    for (net::HttpHeader& header : gateway_headers(call)) {
        headers[base::to_lower(header.name)] = std::move(header.value);
    }
    if (!cookies.empty()) {
        json.key("cookies").begin_list();
        for (const std::string_view cookie : cookies) {
            json.text(cookie);
        }
        json.end_list();
    }
    write_pairs(json, "headers", headers);
}

void write_query(base::JsonWriter& json, const Call& call) {
    Joined parameters;
    for (auto& [name, value] : base::parse_query(call.request.query())) {
        join(parameters, std::move(name), value);
    }
    if (!parameters.empty()) {
        write_pairs(json, "queryStringParameters", parameters);
    }
}

void write_context(base::JsonWriter& json, const Call& call, std::string_view key) {
    json.key("requestContext").begin_object();
    // A URL that everybody may ask has no account to tell.
    const bool anonymous = call.api.function_url && call.authorizer.empty();
    json.member("accountId", anonymous ? std::string_view("anonymous") : aws::local_account);
    json.member("apiId", call.api.id);
    if (call.api.function_url) {
        json.key("authentication").null();
    }
    if (!call.authorizer.empty()) {
        json.key("authorizer").raw(call.authorizer);
    }
    json.member("domainName", call.domain());
    json.member("domainPrefix", call.domain_prefix());
    json.key("http").begin_object();
    json.member("method", call.request.method);
    json.member("path", event_path(call));
    json.member("protocol", call.request.http_1_0 ? "HTTP/1.0" : "HTTP/1.1");
    json.member("sourceIp", call.request.remote_address);
    json.member("userAgent", call.header("User-Agent"));
    json.end_object();
    json.member("requestId", call.request_id);
    json.member("routeKey", key);
    json.member("stage", call.api.stage);
    json.member("time", call.clf_time());
    json.key("timeEpoch").number(call.epoch_milliseconds());
    json.end_object();
}

} // namespace

void write_request_v2(base::JsonWriter& json, const Call& call) {
    const std::string key = route_key(*call.match.route);
    json.member("routeKey", key);
    json.member("rawPath", event_path(call));
    json.member("rawQueryString", call.request.query());
    write_headers(json, call);
    write_query(json, call);
    write_context(json, call, key);
    if (!call.match.parameters.empty()) {
        write_path_parameters(json, call);
    }
    if (!call.api.stage_variables.empty()) {
        write_stage_variables(json, call.api);
    }
}

std::string event_v2(const Call& call) {
    std::string event;
    event.reserve(1024 + call.request.body.size() * 4 / 3 + 4);
    base::JsonWriter json(event);
    json.begin_object();
    json.member("version", "2.0");
    write_request_v2(json, call);
    const std::string& body = call.request.body;
    const bool text = body.empty() || is_text_body(call);
    if (!body.empty()) {
        json.key("body");
        if (text) {
            json.text(body);
        } else {
            json.raw('"' + base::base64_encode(body) + '"');
        }
    }
    json.key("isBase64Encoded").boolean(!text);
    json.end_object();
    return event;
}

} // namespace samara::gateway
