#include "rie/runtime_api.h"

#include "base/strings.h"
#include "data/read.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::rie {

namespace {

constexpr std::string_view runtime_prefix = "/2018-06-01/runtime/";
constexpr std::string_view extension_prefix = "/2020-01-01/extension/";
constexpr std::string_view invocation_prefix = "invocation/";

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

HttpReply not_found() {
    return {404, "404 page not found\n", {{"Content-Type", "text/plain; charset=utf-8"}}};
}

HttpReply method_not_allowed() {
    return {405, "", {}};
}

bool is_any(std::string_view text, std::initializer_list<std::string_view> candidates) {
    return std::find(candidates.begin(), candidates.end(), text) != candidates.end();
}

/// The request id and what is asked of it in "invocation/<id>/response".
struct InvocationPath {
    std::string_view id;
    std::string_view action; ///< empty when it is no such path
};

InvocationPath parse_invocation(std::string_view rest) {
    if (!take_prefix(rest, invocation_prefix)) {
        return {};
    }
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) {
        return {};
    }
    return {rest.substr(0, slash), rest.substr(slash + 1)};
}

bool is_streamed(const HttpRequest& head) {
    return base::to_lower(net::header_text(
               head.headers, "Lambda-Runtime-Function-Response-Mode")) == "streaming";
}

std::optional<std::vector<std::string>> parse_events(std::string_view body) {
    const auto parsed = data::read_json(body, "request", {.depth = 8});
    if (!parsed || !parsed->is_map()) {
        return std::nullopt;
    }
    std::vector<std::string> events;
    if (const data::Value* list = parsed->find("events"); list != nullptr && list->is_list()) {
        for (const data::Value& event : *list->as_list()) {
            events.emplace_back(event.text());
        }
    }
    return events;
}

} // namespace

std::size_t RuntimeApi::body_limit(const HttpRequest& /*head*/) const {
    return limits_.payload;
}

std::shared_ptr<BodySink> RuntimeApi::open(const HttpRequest& head, const ExchangePtr& exchange) {
    std::string_view rest = head.path();
    if (head.method != "POST" || !take_prefix(rest, runtime_prefix) || !is_streamed(head)) {
        return nullptr;
    }
    const InvocationPath path = parse_invocation(rest);
    if (path.action != "response") {
        return nullptr;
    }
    return emulator_.streamed_response(path.id, head, exchange);
}

void RuntimeApi::serve(HttpRequest request, ExchangePtr exchange) {
    const std::string path(request.path());
    std::string_view rest = path;
    if (take_prefix(rest, runtime_prefix)) {
        serve_runtime(rest, std::move(request), exchange);
    } else if (take_prefix(rest, extension_prefix)) {
        serve_extension(rest, request, exchange);
    } else if (is_any(path, {"/2022-07-01/telemetry", "/2022-07-01/telemetry/"})) {
        serve_subscription(Telemetry::Api::telemetry, request, exchange);
    } else if (is_any(path, {"/2020-08-15/logs", "/2020-08-15/logs/"})) {
        serve_subscription(Telemetry::Api::logs, request, exchange);
    } else {
        exchange->reply(not_found());
    }
}

void RuntimeApi::serve_runtime(
    std::string_view rest, HttpRequest request, const ExchangePtr& exchange) {
    const bool post = request.method == "POST";
    const InvocationPath path = parse_invocation(rest);
    if (rest == "invocation/next" || rest == "restore/next") {
        if (request.method != "GET") {
            exchange->reply(method_not_allowed());
        } else if (rest == "restore/next") {
            exchange->reply({200, "", {}}); // SnapStart: nothing was frozen, go on
        } else {
            emulator_.next(exchange);
        }
    } else if (rest == "init/error" || rest == "restore/error") {
        post ? emulator_.init_error(std::move(request), exchange)
             : exchange->reply(method_not_allowed());
    } else if (path.action == "response" || path.action == "error") {
        if (!post) {
            exchange->reply(method_not_allowed());
        } else if (path.action == "error") {
            emulator_.error(path.id, std::move(request), exchange);
        } else {
            emulator_.response(path.id, std::move(request), exchange);
        }
    } else {
        exchange->reply(not_found());
    }
}

void RuntimeApi::serve_extension(
    std::string_view rest, const HttpRequest& request, const ExchangePtr& exchange) {
    const std::string_view id = net::header_text(request.headers, "Lambda-Extension-Identifier");
    if (rest == "register" && request.method == "POST") {
        const auto events = parse_events(request.body);
        if (!events) {
            exchange->reply(
                error_reply(400, "InvalidRequestFormat", "The request body is no JSON object"));
            return;
        }
        const bool with_account =
            net::header_text(request.headers, "Lambda-Extension-Accept-Feature")
                .find("accountId") != std::string_view::npos;
        emulator_.extension_register(
            net::header_text(request.headers, "Lambda-Extension-Name"),
            *events,
            with_account,
            exchange);
    } else if (id.empty() && rest != "register") {
        exchange->reply(error_reply(
            403, "Extension.MissingHeader", "Missing Lambda-Extension-Identifier header"));
    } else if (rest == "event/next" && request.method == "GET") {
        emulator_.extension_next(id, exchange);
    } else if ((rest == "init/error" || rest == "exit/error") && request.method == "POST") {
        emulator_.extension_error(
            id,
            net::header_text(request.headers, "Lambda-Extension-Function-Error-Type"),
            rest == "init/error",
            exchange);
    } else {
        exchange->reply(not_found());
    }
}

void RuntimeApi::serve_subscription(
    Telemetry::Api api, const HttpRequest& request, const ExchangePtr& exchange) {
    const std::string_view family = api == Telemetry::Api::logs ? "Logs" : "Telemetry";
    if (request.method != "PUT") {
        exchange->reply(method_not_allowed());
        return;
    }
    const std::string extension =
        emulator_.extension_name(net::header_text(request.headers, "Lambda-Extension-Identifier"));
    if (extension.empty()) {
        exchange->reply(
            error_reply(403, "Extension.UnknownExtensionIdentifier", "Unknown extension"));
    } else if (!emulator_.initializing()) {
        exchange->reply(error_reply(
            403,
            fmt::format("{}.SubscriptionClosed", family),
            fmt::format("{} API subscription is closed already", family)));
    } else {
        exchange->reply(telemetry_.subscribe(api, extension, request.body));
    }
}

} // namespace samara::rie
