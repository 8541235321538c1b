#include "gateway/gateway.h"

#include "aws/api_gateway_limits.h"
#include "base/uuid.h"
#include "gateway/access/cors.h"
#include "gateway/integration/parameter_mapping.h"
#include "gateway/message/gateway_response.h"
#include "gateway/message/log_line.h"
#include "gateway/message/request_validation.h"
#include "gateway/message/response.h"
#include "gateway/on_loop.h"
#include "net/header_text.h"

namespace samara::gateway {

namespace {

/// Identifies the answer as AWS does, so that a client's report leads to the log.
void add_request_ids(const Call& call, net::HttpResponse& response) {
    if (call.api.function_url) {
        response.headers.push_back({"x-amzn-RequestId", call.request_id});
        response.headers.push_back({"X-Amzn-Trace-Id", call.trace_id});
        return;
    }
    if (call.api.kind == ApiKind::http) {
        response.headers.push_back({"apigw-requestid", call.request_id});
        return;
    }
    response.headers.push_back({"x-amzn-RequestId", call.request_id});
    response.headers.push_back({"x-amz-apigw-id", call.extended_request_id});
    response.headers.push_back({"X-Amzn-Trace-Id", call.trace_id});
}

bool headers_too_large(const net::HttpRequest& request) {
    std::size_t bytes = request.method.size() + request.target.size();
    for (const net::HttpHeader& header : request.headers) {
        bytes += header.value.size();
    }
    return bytes > aws::api_gateway::request_headers;
}

/// That of a streamed answer is written at its end.
void add_log_line(LogLine line, const net::HttpResponse& response, serving::AccessRecord& record) {
    if (!response.stream) {
        record.line = line.text(record);
        return;
    }
    record.complete = [line = std::move(line),
                       complete = std::move(record.complete)](serving::AccessRecord& ended) {
        if (complete) {
            complete(ended);
        }
        ended.line = line.text(ended);
    };
}

/// Whether a file is served instead, where there is one: the route takes all paths, and anybody may
/// ask for it.
bool gives_way_to_files(const Api& api, const Route& route) {
    const std::string_view path = route.path;
    const bool takes_all = path == "$default" ||
                           (path.starts_with("/{") && path.ends_with("+}") && path.rfind('/') == 0);
    return takes_all && api.policy.is_null() && route.access.authorizer.empty() &&
           !route.access.api_key &&
           !std::holds_alternative<UnsupportedIntegration>(route.integration);
}

/// What is served where no route is, or one that gives way: then a file, no folder.
std::optional<net::HttpResponse> file_instead(
    const StaticFiles& files,
    const std::optional<RouteTable::Found>& route,
    const net::HttpRequest& request) {
    if (!route) {
        return files.find(request);
    }
    auto file = files.find(request);
    const bool way_to_folder = file && file->status == 301;
    return way_to_folder ? std::nullopt : std::move(file);
}

bool looks_for_files(
    const StaticFiles& files,
    const std::optional<RouteTable::Found>& route,
    const net::HttpRequest& request) {
    return !files.empty() && (!route || (!request.path().ends_with('/') &&
                                         gives_way_to_files(*route->api, *route->match.route)));
}

/// The Host header without port.
std::string_view host_of(const net::HttpRequest& request) {
    const std::string_view name = net::header_text(request.headers, "Host");
    return name.substr(0, name.rfind(':'));
}

net::HttpResponse preflight(const Api& api, const net::HttpRequest& request) {
    net::HttpResponse response = preflight_response(*api.cors, request);
    response.status = api.function_url ? 200 : response.status;
    return response;
}

} // namespace

Gateway::Gateway(std::vector<Api> apis, serving::Invoke invoke, GatewayOptions options)
    : options_(std::move(options)), static_files_(options_.static_folder), invoker_(invoke),
      streams_(std::move(invoke)),
      snapshot_(std::make_shared<Snapshot>(std::move(apis), options_.authorization, invoker_)) {}

net::HttpResponse Gateway::no_thread(serving::AccessRecord& record) {
    record.error = "no thread can be made";
    return message_response(503, net::reason_phrase(503));
}

std::shared_ptr<Gateway::Snapshot> Gateway::snapshot() const {
    const std::scoped_lock lock(mutex_);
    return snapshot_;
}

std::vector<Mount> Gateway::mounts() const {
    const auto current = snapshot();
    return current->routes.mounts(
        [&](const Authorizer& authorizer) {
            return options_.authorization.disable_authorizer
                       ? std::string()
                       : current->authorization.closed_reason(authorizer);
        },
        options_.stage_in_path);
}

std::vector<RouteSummary> Gateway::routes() const {
    const auto current = snapshot();
    return summarize(
        current->routes.apis(),
        [&](const Authorizer& authorizer) {
            return current->authorization.closed_reason(authorizer);
        },
        options_.authorization.disable_authorizer);
}

void Gateway::replace(std::vector<Api> apis) {
    auto fresh = std::make_shared<Snapshot>(std::move(apis), options_.authorization, invoker_);
    const std::scoped_lock lock(mutex_);
    snapshot_.swap(fresh);
}

/// The request as the APIs see it: without the stage in front where that is asked for.
Gateway::Asked Gateway::asked(const RouteTable& routes, const net::HttpRequest& request) const {
    Asked asked;
    asked.scope = scope_of(routes.apis(), host_of(request), request.path());
    if (!options_.stage_in_path || asked.scope.by_domain) {
        return asked;
    }
    asked.scope = stage_scope(routes.apis(), std::move(asked.scope));
    if (asked.scope.stage_prefix != 0) {
        net::HttpRequest& staged = asked.rewritten.emplace(request);
        staged.target.erase(0, asked.scope.stage_prefix);
        if (!staged.target.starts_with('/')) {
            staged.target.insert(0, "/");
        }
        asked.scope.path = staged.path();
    }
    return asked;
}

void Gateway::identify(Call& call, std::chrono::system_clock::time_point time) const {
    const bool uuid = call.api.kind == ApiKind::rest || call.api.function_url;
    const std::string_view trace = call.header("X-Amzn-Trace-Id");
    call.time = time;
    call.request_id = uuid ? base::make_uuid() : make_http_request_id();
    call.extended_request_id = uuid ? make_http_request_id() : call.request_id;
    call.trace_id = trace.empty() ? make_trace_id(call.time) : std::string(trace);
    call.port = port_;
    call.tls = options_.tls;
}

base::Task<net::HttpResponse> Gateway::answer(
    const net::HttpRequest& given, serving::AccessRecord& record, serving::Exchange* exchange) {
    const std::shared_ptr<Snapshot> current = snapshot();
    const RouteTable& routes = current->routes;
    if (headers_too_large(given)) {
        co_return message_response(431, net::reason_phrase(431));
    }
    const Asked asked = this->asked(routes, given);
    const net::HttpRequest& request = asked.rewritten ? *asked.rewritten : given;
    Scope scope = asked.scope;
    scope.path = asked.rewritten ? request.path() : scope.path;
    if (scope.nobody) {
        record.error = "no API of the template has this domain and path, or this stage";
        co_return message_response(403, "Forbidden");
    }
    if (is_preflight(request)) {
        const std::string& method =
            *net::find_header(request.headers, "Access-Control-Request-Method");
        if (const Api* api = routes.preflight_api(method, scope)) {
            co_return preflight(*api, request);
        }
    }
    auto found = routes.find(request.method, scope);
    if (!found && !scope.by_domain) {
        const Scope below = base_path_scope(routes.apis(), scope.path);
        found = routes.find(request.method, below);
        scope.base_path = found ? below.base_path : scope.base_path;
    }
    const bool has_route = found.has_value();
    if (looks_for_files(static_files_, found, request)) {
        const bool may_wait = co_await net::to_thread();
        if (!may_wait) {
            co_return no_thread(record);
        }
        if (auto file = file_instead(static_files_, found, request)) {
            co_return std::move(*file);
        }
    }
    if (!has_route) {
        if (const Api* api = request.method == "OPTIONS" ? routes.cors_api(scope) : nullptr) {
            co_return preflight(*api, request);
        }
        found = routes.nowhere(scope);
    }
    Call call{request, *found->api, found->match};
    identify(call, record.time);
    call.base_path = scope.base_path;
    RefusalNote refusal;
    call.refusal = &refusal;
    if (exchange != nullptr) {
        exchange->api = call.api.id;
        exchange->route = has_route ? route_key(*call.match.route) : std::string();
        call.traces = &exchange->calls;
    }

    net::HttpResponse response;
    if (has_route && request.too_large) {
        record.error = call.api.function_url ? "a function URL takes bodies of up to 6 MB"
                                             : "API Gateway takes bodies of up to 10 MB";
        record.refused = true;
        response = refuse(Refusal::request_too_large, call);
    } else if (has_route) {
        response = co_await admitted(call, *current, record);
    } else {
        response = refuse(Refusal::missing_authentication_token, call);
    }
    if (call.api.cors) {
        apply_cors(*call.api.cors, request, response);
    }
    add_request_ids(call, response);
    record.body_size = response.body.size();
    record.request_size = request.body.size();
    if (options_.stage_log_lines && !call.api.access_log_format.empty()) {
        add_log_line(LogLine(call, response, record), response, record);
    }
    co_return response;
}

/// The integration's answer to a request that may come in.
base::Task<net::HttpResponse>
Gateway::admitted(Call& call, Snapshot& current, serving::AccessRecord& record) {
    // Keys may have to be fetched, functions to be asked.
    if (!call.match.route->access.authorizer.empty()) {
        const bool may_wait = co_await net::to_thread();
        if (!may_wait) {
            co_return no_thread(record);
        }
    }
    if (auto rejection = current.authorization.check(call)) {
        record.error = std::move(rejection->reason);
        record.refused = true;
        co_return std::move(rejection->response);
    }
    if (const auto refusal = usage_.refusal(call)) {
        record.error = *refusal == Refusal::throttled ? "more requests a second than the template "
                                                        "allows"
                                                      : "the quota of the API key is used up";
        record.refused = true;
        co_return refuse(*refusal, call);
    }
    if (call.api.kind == ApiKind::rest) {
        co_return co_await integrate_coded(call, current, record);
    }
    co_return co_await integrate_mapped(call, current, record);
}

/// With the changes that an HTTP API's parameter mapping makes on both ways.
base::Task<net::HttpResponse>
Gateway::integrate_mapped(const Call& call, Snapshot& current, serving::AccessRecord& record) {
    const auto& parameters = call.match.route->parameters;
    if (!parameters) {
        co_return co_await integrate(call, current, record);
    }
    const net::HttpRequest request = mapped_request(call, *parameters);
    const Call mapped = call.with(request);
    net::HttpResponse response = co_await integrate(mapped, current, record);
    map_response(call, *parameters, response);
    co_return response;
}

base::Task<net::HttpResponse>
Gateway::integrate(const Call& call, Snapshot& current, serving::AccessRecord& record) {
    if (call.request.body.size() > most_on_loop) {
        const bool may_wait = co_await net::to_thread();
        if (!may_wait) {
            co_return no_thread(record);
        }
    }
    if (const auto& validation = call.match.route->validation) {
        if (const auto violation = check_request(*validation, call)) {
            record.error = "the request is not valid: " + violation->detail.message +
                           violation->detail.validation_error;
            record.refused = true;
            co_return refuse(violation->refusal, call, violation->detail);
        }
    }
    const Integration& integration = call.match.route->integration;
    if (const auto* lambda = std::get_if<LambdaIntegration>(&integration)) {
        if (const std::string warning = current.mangled.warning(call); !warning.empty()) {
            options_.log.warning(warning);
        }
        co_return co_await call_function(call, *lambda, record);
    }
    if (const auto* mapped = std::get_if<MappedLambdaIntegration>(&integration)) {
        co_return co_await call_mapped(call, *mapped, record);
    }
    if (const auto* mock = std::get_if<MockIntegration>(&integration)) {
        co_return co_await call_mock(call, *mock, record);
    }
    if (const auto* http = std::get_if<HttpIntegration>(&integration)) {
        const bool may_wait = co_await net::to_thread();
        if (!may_wait) {
            co_return no_thread(record);
        }
        co_return call_http(call, *http, record);
    }
    const auto& unsupported = std::get<UnsupportedIntegration>(integration);
    record.error = unsupported.reason;
    if (unsupported.status == 500) {
        co_return refuse(Refusal::api_configuration_error, call);
    }
    co_return message_response(
        unsupported.status,
        unsupported.status == 502 ? "No function defined for resource method"
                                  : std::string_view(unsupported.reason));
}

} // namespace samara::gateway
