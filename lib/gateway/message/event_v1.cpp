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

void remove(Multiple& pairs, std::string_view name) {
    std::erase_if(
        pairs, [&](const auto& pair) { return net::equal_ignoring_case(pair.first, name); });
}

void write_none(base::JsonWriter& json, std::string_view name, NoParameters none) {
    json.key(name);
    if (none == NoParameters::empty) {
        json.begin_object().end_object();
    } else {
        json.null();
    }
}

void write_or_none(
    base::JsonWriter& json,
    std::string_view single,
    std::string_view multiple,
    const Multiple& pairs,
    NoParameters none) {
    if (pairs.empty()) {
        write_none(json, single, none);
        write_none(json, multiple, none);
        return;
    }
    write(json, single, multiple, pairs);
}

void write_headers(base::JsonWriter& json, const Call& call, NoParameters none) {
    Multiple headers;
    for (const net::HttpHeader& header : call.request.headers) {
        add(headers, header.name, header.value, true);
    }
    for (net::HttpHeader& header : gateway_headers(call)) {
        remove(headers, header.name);
        add(headers, header.name, std::move(header.value), true);
    }
    write_or_none(json, "headers", "multiValueHeaders", headers, none);
}

void write_query(base::JsonWriter& json, const Call& call, NoParameters none) {
    Multiple parameters;
    for (auto& [name, value] : base::parse_query(call.request.query())) {
        add(parameters, name, std::move(value), false);
    }
    write_or_none(
        json, "queryStringParameters", "multiValueQueryStringParameters", parameters, none);
}

void write_identity(base::JsonWriter& json, const Call& call) {
    json.key("identity").begin_object();
    if (!call.api_key.empty()) {
        json.member("apiKey", call.api_key);
        json.member("apiKeyId", call.api_key_id);
    }
    if (call.iam_caller.empty()) {
        for (const std::string_view name :
             {"accountId", "accessKey", "caller", "user", "userArn"}) {
            json.key(name).null();
        }
        write_no_cognito(json);
    } else {
        json.raw(call.iam_caller);
    }
    json.member("sourceIp", call.request.remote_address);
    json.member("userAgent", call.header("User-Agent"));
    json.end_object();
}

/// The path with the stage in front, as clients of execute-api see it.
std::string stage_path(const Call& call) {
    const bool rest = call.api.kind == ApiKind::rest;
    return rest ? "/" + call.api.stage + event_path(call) : event_path(call);
}

/// A REST API hands over as base64 what its binary media types name, and all else as text.
bool goes_as_text(const Call& call) {
    if (call.api.kind == ApiKind::rest) {
        return !is_binary(call.header("Content-Type"), call.api.binary_media_types);
    }
    return is_text_body(call);
}

} // namespace

void write_context_v1(base::JsonWriter& json, const Call& call) {
    const Route& route = *call.match.route;
    const bool rest = call.api.kind == ApiKind::rest;
    json.key("requestContext").begin_object();
    json.member("accountId", aws::local_account);
    json.member("apiId", call.api.id);
    if (!call.authorizer.empty()) {
        json.key("authorizer").raw(call.authorizer);
    }
    json.member("domainName", call.domain());
    json.member("domainPrefix", call.domain_prefix());
    json.member("extendedRequestId", call.extended_request_id);
    json.member("httpMethod", call.request.method);
    write_identity(json, call);
    if (!route.operation_name.empty()) {
        json.member("operationName", route.operation_name);
    }
    json.member("path", stage_path(call));
    json.member("protocol", call.request.http_1_0 ? "HTTP/1.0" : "HTTP/1.1");
    json.member("requestId", call.request_id);
    json.member("requestTime", call.clf_time());
    json.key("requestTimeEpoch").number(call.epoch_milliseconds());
    json.member(
        "resourceId", rest ? std::string_view("local") : std::string_view(route_key(route)));
    json.member("resourcePath", route.path);
    json.member("stage", call.api.stage);
    json.end_object();
}

void write_request_v1(base::JsonWriter& json, const Call& call, NoParameters none) {
    json.member("resource", call.match.route->path);
    json.member("path", event_path(call));
    json.member("httpMethod", call.request.method);
    write_headers(json, call, none);
    write_query(json, call, none);
    write_context_v1(json, call);
    if (call.match.parameters.empty()) {
        write_none(json, "pathParameters", none);
    } else {
        write_path_parameters(json, call);
    }
    if (call.api.stage_variables.empty()) {
        write_none(json, "stageVariables", none);
    } else {
        write_stage_variables(json, call.api);
    }
}

std::string event_v1(const Call& call) {
    std::string event;
    event.reserve(2048 + call.request.body.size() * 4 / 3 + 4);
    base::JsonWriter json(event);
    json.begin_object();
    if (call.api.kind == ApiKind::http) {
        json.member("version", "1.0");
    }
    write_request_v1(json, call);
    json.key("body");
    const bool text = call.request.body.empty() || goes_as_text(call);
    if (call.request.body.empty()) {
        json.null();
    } else if (text) {
        json.text(call.request.body); // what is no UTF-8 becomes U+FFFD
    } else {
        json.raw('"' + base::base64_encode(call.request.body) + '"');
    }
    json.key("isBase64Encoded").boolean(!text);
    json.end_object();
    return event;
}

} // namespace samara::gateway
