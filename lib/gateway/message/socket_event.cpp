#include "gateway/message/socket_event.h"

#include "base/base64.h"
#include "base/json_writer.h"
#include "base/percent.h"
#include "base/strings.h"
#include "gateway/message/event_parts.h"
#include "gateway/route/call.h"

#include <utility>
#include <vector>

namespace samara::gateway {

namespace {

void write_headers(base::JsonWriter& json, const net::HttpRequest& request) {
    Multiple headers;
    for (const net::HttpHeader& header : request.headers) {
        add(headers, header.name, header.value, true);
    }
    write(json, "headers", "multiValueHeaders", headers);
}

/// A client that has sent none: a function sees none, its authorizer an empty map.
void write_query(base::JsonWriter& json, const net::HttpRequest& request, bool always) {
    Multiple parameters;
    for (const auto& [name, value] : base::parse_query(request.query())) {
        add(parameters, name, value, false);
    }
    if (always || !parameters.empty()) {
        write(json, "queryStringParameters", "multiValueQueryStringParameters", parameters);
    }
}

void write_variables(base::JsonWriter& json, const Api& api, bool always) {
    if (api.stage_variables.empty() && !always) {
        return;
    }
    write_stage_variables(json, api);
}

std::int64_t milliseconds(std::chrono::system_clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

/// requestContext up to what is only of one type of event, which `more` writes.
template <class More>
void write_context(
    base::JsonWriter& json,
    const SocketHappening& happening,
    std::string_view type,
    const More& more) {
    const SocketClient& client = happening.client;
    json.key("requestContext").begin_object();
    json.member("routeKey", happening.route_key);
    if (!client.authorizer.empty()) {
        json.key("authorizer").raw(client.authorizer);
    }
    more();
    json.member("eventType", type);
    json.member("extendedRequestId", happening.request_id);
    json.member("requestTime", clf_time(happening.time));
    json.member("messageDirection", "IN");
    json.member("stage", client.stage);
    json.key("connectedAt").number(milliseconds(client.connected_at));
    json.key("requestTimeEpoch").number(milliseconds(happening.time));
    json.key("identity").begin_object();
    if (!client.iam_caller.empty()) {
        json.raw(client.iam_caller);
    }
    if (!client.user_agent.empty()) {
        json.member("userAgent", client.user_agent);
    }
    json.member("sourceIp", client.source_ip).end_object();
    json.member("requestId", happening.request_id);
    json.member("domainName", client.domain);
    json.member("connectionId", client.id);
    json.member("apiId", client.api);
    json.end_object();
}

} // namespace

std::string connect_event(const SocketHappening& happening, const net::HttpRequest& request) {
    std::string event;
    base::JsonWriter json(event);
    json.begin_object();
    write_headers(json, request);
    write_query(json, request, false);
    write_variables(json, happening.api, false);
    write_context(json, happening, "CONNECT", [] {});
    json.key("isBase64Encoded").boolean(false).end_object();
    return event;
}

std::string
message_event(const SocketHappening& happening, const std::string& message, bool binary) {
    std::string event;
    base::JsonWriter json(event);
    json.begin_object();
    write_variables(json, happening.api, false);
    write_context(
        json, happening, "MESSAGE", [&] { json.member("messageId", happening.request_id); });
    json.key("body");
    if (binary) {
        json.raw('"' + base::base64_encode(message) + '"');
    } else {
        json.text(message);
    }
    json.key("isBase64Encoded").boolean(binary).end_object();
    return event;
}

std::string
disconnect_event(const SocketHappening& happening, std::uint16_t status, std::string_view reason) {
    std::string event;
    base::JsonWriter json(event);
    json.begin_object();
    const Multiple headers{
        {"Host", {happening.client.domain}},
        {"x-api-key", {""}},
        {"X-Forwarded-For", {""}},
        {"x-restapi", {""}}};
    write(json, "headers", "multiValueHeaders", headers);
    write_variables(json, happening.api, false);
    write_context(json, happening, "DISCONNECT", [&] {
        json.key("disconnectStatusCode").number(status);
        json.member("disconnectReason", reason);
    });
    json.key("isBase64Encoded").boolean(false).end_object();
    return event;
}

std::string socket_authorizer_event(
    const SocketHappening& happening, const net::HttpRequest& request, std::string_view arn) {
    std::string event;
    base::JsonWriter json(event);
    json.begin_object();
    json.member("type", "REQUEST").member("methodArn", arn);
    write_headers(json, request);
    write_query(json, request, true);
    write_variables(json, happening.api, true);
    write_context(json, happening, "CONNECT", [] {});
    json.end_object();
    return event;
}

} // namespace samara::gateway
