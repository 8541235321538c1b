#include "gateway/websocket/socket_gateway.h"

#include "base/base64.h"
#include "base/json_writer.h"
#include "base/own_fault.h"
#include "base/strings.h"
#include "base/try.h"
#include "data/accessors.h"
#include "data/read.h"
#include "gateway/message/response.h"
#include "gateway/message/socket_event.h"
#include "gateway/route/call.h"
#include "gateway/websocket/selection.h"
#include "gateway/websocket/socket_record.h"
#include "net/header_text.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

/// At "/" the first API answers, or the one that the host names; else the one with that stage,
/// which clients write with a slash behind or without
/// (docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-wscat.html).
const Api* api_for(const std::vector<Api>& apis, const net::HttpRequest& request) {
    std::string_view path = request.path();
    path.remove_suffix(path.size() > 1 && path.ends_with('/') ? 1 : 0);
    const std::string host = base::to_lower(net::header_text(request.headers, "Host"));
    const Api* first = nullptr;
    for (const Api& api : apis) {
        if (path != "/" && path != "/" + api.stage) {
            continue;
        }
        if (host.starts_with(base::to_lower(api.id) + ".")) {
            return &api;
        }
        first = first == nullptr ? &api : first;
    }
    return first;
}

const Api* api_of(const std::vector<Api>& apis, const SocketClient& client) {
    const auto found = std::find_if(
        apis.begin(), apis.end(), [&](const Api& api) { return api.id == client.api; });
    return found == apis.end() ? nullptr : &*found;
}

SocketHappening happening(const Api& api, const SocketClient& client, std::string_view key) {
    return {api, client, key, make_http_request_id(), std::chrono::system_clock::now()};
}

/// What a client is told of a message that came to nothing.
std::string
problem(std::string_view message, const SocketClient& client, const std::string& request_id) {
    std::string text;
    base::JsonWriter(text)
        .begin_object()
        .member("message", message)
        .member("connectionId", client.id)
        .member("requestId", request_id)
        .end_object();
    return text;
}

/// "message" of a refusal.
std::string message_of(const std::string& body) {
    const auto value = data::read_json(body, "response");
    return value ? data::text_of(*value, "message") : std::string();
}

struct Reply {
    std::string message;
    bool binary = false;
};

/// The body of a proxy result; nothing when it has none.
base::Result<std::optional<Reply>> reply_of(const std::string& result) {
    TRY_ASSIGN(const auto value, data::read_json(result, "function result"));
    if (!value.is_map()) {
        return base::fail("the result of a route with a response has to be a map with a body");
    }
    const data::Value* body = value.find("body");
    if (body == nullptr || body->is_null()) {
        return std::nullopt;
    }
    Reply reply{data::scalar_text(*body)};
    if (data::is_true(value.find("isBase64Encoded"))) {
        auto bytes = base::base64_decode(reply.message);
        if (!bytes) {
            return base::fail("isBase64Encoded is true but body is not base64");
        }
        reply = {std::move(*bytes), true};
    }
    return reply;
}

} // namespace

SocketGateway::SocketGateway(std::vector<Api> apis, serving::Invoke invoke, Options options)
    : options_(std::move(options)), invoker_(std::move(invoke)),
      snapshot_(std::make_shared<Snapshot>(std::move(apis), options_.authorization, invoker_)) {}

std::shared_ptr<SocketGateway::Snapshot> SocketGateway::snapshot() const {
    const std::scoped_lock lock(mutex_);
    return snapshot_;
}

void SocketGateway::replace(std::vector<Api> apis) {
    auto fresh = std::make_shared<Snapshot>(std::move(apis), options_.authorization, invoker_);
    const std::scoped_lock lock(mutex_);
    snapshot_.swap(fresh);
}

bool SocketGateway::takes(const net::HttpRequest& request) const {
    const auto current = snapshot();
    return api_for(current->apis, request) != nullptr;
}

/// The result of the route's function; its failure, a timeout and a throttle are errors.
base::Result<std::string>
SocketGateway::run(const Route& route, std::string event, SocketRecord& record) {
    const auto* lambda = std::get_if<LambdaIntegration>(&route.integration);
    if (lambda == nullptr) {
        const auto* unsupported = std::get_if<UnsupportedIntegration>(&route.integration);
        if (unsupported == nullptr) { // a mock says yes
            return std::string(R"({"statusCode": 200})");
        }
        return base::fail(unsupported->reason);
    }
    invoke::Request request;
    request.function = lambda->function;
    request.qualifier = lambda->qualifier;
    request.payload = std::move(event);
    serving::trace_call(record.traces(), request);
    serving::AccessRecord& access = record.access();
    access.function = lambda->function;
    const auto begin = std::chrono::steady_clock::now();
    const auto result =
        invoker_.call(std::move(request), lambda->timeout, lambda->function_timeout).now();
    access.integration = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begin);
    if (result && *result) {
        access.integration_status = (*result)->status;
        access.integration_request_id = (*result)->request_id;
        access.cold = serving::environment_of(**result);
    }
    if (!result) {
        return base::fail("the function has not answered in time");
    }
    if (!*result) {
        return base::fail(result->error());
    }
    if (!(*result)->function_error.empty() || (*result)->status / 100 != 2) {
        return base::fail("the function failed: " + (*result)->payload);
    }
    return (*result)->payload;
}

/// A stage without a format of its own has the program's line.
void SocketGateway::log(SocketRecord& record, const std::string& event, std::string_view told) {
    if (!options_.access_log) {
        return;
    }
    const bool own = options_.stage_log_lines && record.has_format();
    options_.access_log(own ? record.with_line(event, {.told = told}) : record.access());
}

tl::expected<SocketGateway::Accepted, net::HttpResponse>
SocketGateway::connect(const net::HttpRequest& request, serving::AccessRecord& access) {
    const auto current = snapshot();
    const Api* api = api_for(current->apis, request);
    if (api == nullptr) {
        return tl::unexpected(message_response(403, "Forbidden"));
    }
    auto client = std::make_shared<SocketClient>();
    client->id = make_http_request_id();
    client->api = api->id;
    client->stage = api->stage;
    client->source_ip = request.remote_address;
    client->user_agent = net::header_text(request.headers, "User-Agent");
    client->domain = net::header_text(request.headers, "Host");
    client->connected_at = std::chrono::system_clock::now();
    const SocketHappening one = happening(*api, *client, "$connect");
    const Route* route = socket_route(*api, "$connect");
    SocketRecord record(
        route == nullptr ? nullptr : options_.recorder.get(), one, request.headers, {});
    RefusalNote refusal;
    AccessPhases phases;
    const auto end = [&](int status, std::string_view reply, std::string_view error = {}) {
        record.end(status, reply, error);
        if (options_.stage_log_lines && record.has_format()) {
            const std::string told = error.empty() ? "" : message_of(std::string(reply));
            record.with_line(connect_event(one, request), {told, refusal.type, phases});
        }
        access = record.access();
    };
    if (route == nullptr) {
        end(200, {});
        return Accepted{client, {}};
    }
    const Router::Match match{route, {}, {}};
    Call call{request, *api, match};
    call.time = client->connected_at;
    call.request_id = call.extended_request_id = make_http_request_id();
    call.trace_id = make_trace_id(call.time);
    call.socket = client.get();
    call.traces = record.traces();
    call.refusal = &refusal;
    auto rejection = current->authorization.check(call);
    phases = call.phases;
    if (rejection) {
        record.access().refused = true;
        end(rejection->response.status, rejection->response.body, rejection->reason);
        return tl::unexpected(std::move(rejection->response));
    }
    client->authorizer = call.authorizer;
    client->iam_caller = call.iam_caller;
    auto result = run(*route, connect_event(one, request), record);
    invoke::Response reply;
    reply.payload = result ? *result : "";
    auto response =
        result ? response_v1(reply, {}) : base::Result<net::HttpResponse>(base::fail(""));
    if (!response) {
        const base::Error& error = result ? response.error() : result.error();
        report(*api, "$connect", error);
        net::HttpResponse failed = message_response(502, "Internal server error");
        end(502, failed.body, error.message);
        return tl::unexpected(std::move(failed));
    }
    end(response->status, response->body);
    if (response->status / 100 != 2) {
        return tl::unexpected(std::move(*response));
    }
    net::HttpHeaders headers;
    if (const std::string* protocol =
            net::find_header(response->headers, "Sec-WebSocket-Protocol")) {
        headers.push_back({"Sec-WebSocket-Protocol", *protocol});
    }
    return Accepted{client, std::move(headers)};
}

void SocketGateway::report(const Api& api, std::string_view key, const base::Error& error) const {
    options_.log.warning(fmt::format("{} {}: {}", api.id, key, error.message));
}

void SocketGateway::opened(
    std::shared_ptr<const SocketClient> client, std::shared_ptr<SocketPeer> peer) {
    connections_.add(std::move(client), std::move(peer));
}

void SocketGateway::message(const SocketClient& client, const std::string& message, bool binary) {
    connections_.touch(client.id, std::chrono::system_clock::now());
    const auto current = snapshot();
    if (const Api* api = api_of(current->apis, client)) {
        answer_message(*api, client, message, binary);
    }
}

void SocketGateway::answer_message(
    const Api& api, const SocketClient& client, const std::string& message, bool binary) {
    const std::string key = binary ? "$default" : selected_key(api.route_selection, message);
    const Route* route = socket_route(api, key);
    const auto now = std::chrono::system_clock::now();
    const SocketHappening one =
        happening(api, client, route == nullptr ? std::string_view(key) : route->path);
    const std::string event = message_event(one, message, binary);
    SocketRecord record(route == nullptr ? nullptr : options_.recorder.get(), one, {}, message);
    const auto refuse = [&](int status, std::string_view told, std::string_view error) {
        record.access().refused = route == nullptr;
        record.end(status, {}, error);
        connections_.send(client.id, problem(told, client, one.request_id), false, now);
        log(record, event, told);
    };
    if (route == nullptr) {
        return refuse(403, "Forbidden", fmt::format("there is no route {}, and no $default", key));
    }
    const auto result = run(*route, event, record);
    auto reply = result ? base::Result<std::optional<Reply>>(std::nullopt)
                        : base::Result<std::optional<Reply>>(base::fail(result.error()));
    if (result && route->responds) {
        reply = reply_of(*result);
    }
    if (!reply) {
        report(api, route->path, reply.error());
        return refuse(500, "Internal server error", reply.error().message);
    }
    record.end(200, *reply ? std::string_view((*reply)->message) : std::string_view());
    if (*reply) {
        connections_.send(client.id, std::move((*reply)->message), (*reply)->binary, now);
    }
    log(record, event, {});
}

void SocketGateway::closed(
    const SocketClient& client, std::uint16_t status, std::string_view reason) {
    connections_.remove(client.id);
    const auto current = snapshot();
    const Api* api = api_of(current->apis, client);
    if (api == nullptr || ending_) { // best effort, as AWS says
        return;
    }
    const Route* route = socket_route(*api, "$disconnect");
    const SocketHappening one = happening(*api, client, "$disconnect");
    const std::string event = disconnect_event(one, status, reason);
    SocketRecord record(route == nullptr ? nullptr : options_.recorder.get(), one, {}, reason);
    const base::Result<std::string> ended =
        route == nullptr ? base::Result<std::string>("") : run(*route, event, record);
    if (!ended) {
        report(*api, "$disconnect", ended.error());
    }
    record.end(ended ? 200 : 500, {}, ended ? std::string_view() : ended.error().message);
    log(record, event, {});
}

void SocketGateway::fault(const SocketClient& client) {
    options_.log.error(fmt::format("{}: {}", client.api, base::own_fault()));
    connections_.send(
        client.id,
        problem("Internal server error", client, make_http_request_id()),
        false,
        std::chrono::system_clock::now());
}

std::vector<RouteSummary> SocketGateway::routes() const {
    const auto current = snapshot();
    return summarize(
        current->apis,
        [&](const Authorizer& authorizer) {
            return current->authorization.closed_reason(authorizer);
        },
        options_.authorization.disable_authorizer);
}

std::vector<std::string> SocketGateway::lines(std::string_view address) const {
    std::vector<std::string> lines;
    const std::size_t scheme = address.find("://");
    const bool tls = address.starts_with("https");
    for (const Api& api : snapshot()->apis) {
        lines.push_back(fmt::format(
            "WebSocket API {} at {}{}/{}",
            api.id,
            tls ? "wss" : "ws",
            address.substr(scheme),
            api.stage));
    }
    return lines;
}

} // namespace samara::gateway
