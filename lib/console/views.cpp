#include "console/views.h"

#include "base/base64.h"
#include "base/strings.h"

#include <charconv>

#include <fmt/format.h>

namespace samara::console {

namespace {

std::int64_t milliseconds(std::chrono::system_clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

template <class Duration>
std::string in_milliseconds(Duration duration) {
    return fmt::format("{:.3f}", std::chrono::duration<double, std::milli>(duration).count());
}

/// The call of the function behind the route comes after those of its authorizer.
const invoke::CallTrace* last_call(const Entry& entry) {
    return entry.exchange.calls.empty() ? nullptr : entry.exchange.calls.back().get();
}

/// A text that is cut in the middle of a character is one all the same.
std::string_view whole_characters(std::string_view text, bool cut) {
    std::size_t bad = 0;
    if (cut && !base::is_utf8(text, &bad) && text.size() - bad < 4) {
        return text.substr(0, bad);
    }
    return text;
}

enum class Form : std::uint8_t { text, json };

/// What is no text is shown in base64, unless it has something to hide.
void write_text(
    base::JsonWriter& json,
    std::string_view name,
    std::string_view kept,
    std::size_t size,
    const Secrets& secrets,
    Form form = Form::text) {
    const bool cut = size > kept.size();
    const std::string_view text = whole_characters(kept, cut);
    json.key(name).begin_object();
    const std::string shown =
        form == Form::json ? secrets.hide_json(text, cut) : secrets.hide(text, cut);
    if (base::is_utf8(text)) {
        json.member("text", shown);
    } else if (shown == text) {
        json.member("base64", base::base64_encode(text));
    } else {
        json.member("text", hidden("binary"));
    }
    json.key("size").number(static_cast<std::int64_t>(size));
    json.key("cut").boolean(cut).end_object();
}

void write_text(
    base::JsonWriter& json,
    std::string_view name,
    const invoke::KeptText& text,
    const Secrets& secrets,
    Form form = Form::text) {
    write_text(json, name, text.text, text.size, secrets, form);
}

void write_headers(
    base::JsonWriter& json, const net::HttpHeaders& headers, const Secrets& secrets) {
    json.key("headers").begin_list();
    for (const net::HttpHeader& header : headers) {
        json.begin_list().text(header.name).text(secrets.hide_header(header)).end_list();
    }
    json.end_list();
}

void write_call(
    base::JsonWriter& json,
    const invoke::CallTrace::View& call,
    const Secrets& secrets,
    std::string_view invoke_options) {
    json.begin_object().member("function", call.function);
    json.member("requestId", call.request_id).member("functionError", call.function_error);
    json.member("failure", secrets.hide(call.failure));
    json.key("ended").boolean(call.ended).key("cold").boolean(call.times.cold);
    json.key("waitMs").raw(in_milliseconds(call.times.wait));
    json.key("coldStartMs").raw(in_milliseconds(call.times.cold_start));
    json.key("runMs").raw(in_milliseconds(call.times.run));
    json.key("memoryUsedMb").number(memory_used(call.log.text));
    write_text(json, "event", call.event, secrets, Form::json);
    write_text(json, "result", call.result, secrets);
    write_text(json, "log", call.log, secrets);
    if (!call.event.cut()) {
        json.member(
            "command",
            fmt::format(
                "printf %s {} | samara local invoke{} {} --event -",
                shell_quoted(secrets.hide_json(call.event.text)),
                invoke_options,
                shell_quoted(call.function)));
    }
    json.end_object();
}

void write_members(base::JsonWriter& json, const Entry& entry, const Secrets& secrets) {
    const serving::Exchange& exchange = entry.exchange;
    json.key("id").number(static_cast<std::int64_t>(entry.id));
    json.key("time").number(milliseconds(exchange.time));
    json.member("method", exchange.request.method);
    json.member("target", secrets.hide_target(exchange.request.target));
    json.key("status").number(exchange.status);
    json.key("ms").raw(in_milliseconds(exchange.duration));
    json.member("route", exchange.route).member("api", exchange.api);
    json.member("error", secrets.hide(exchange.error));
    json.key("replayOf").number(static_cast<std::int64_t>(exchange.replay_of));
    const invoke::CallTrace* call = last_call(entry);
    json.member("function", call == nullptr ? std::string() : call->function());
    json.key("cold").boolean(call != nullptr && call->cold());
    json.key("failed").boolean(call != nullptr && call->failed());
}

} // namespace

std::string shell_quoted(std::string_view text) {
    return "'" + base::replace_all(text, "'", R"('\'')") + "'";
}

std::int64_t memory_used(std::string_view log) {
    for (const std::string_view before : {"Max Memory Used: ", R"("maxMemoryUsedMB":)"}) {
        const std::size_t at = log.rfind(before);
        std::int64_t number = 0;
        if (at != log.npos &&
            std::from_chars(log.data() + at + before.size(), log.data() + log.size(), number).ec ==
                std::errc{}) {
            return number;
        }
    }
    return 0;
}

void write_summary(base::JsonWriter& json, const Entry& entry, const Secrets& secrets) {
    json.begin_object();
    write_members(json, entry, secrets);
    json.end_object();
}

std::string write_details(const Entry& entry, Secrets secrets, std::string_view invoke_options) {
    const serving::Exchange& exchange = entry.exchange;
    secrets.add(exchange.request, exchange.response_headers);
    std::string text;
    base::JsonWriter json(text);
    json.begin_object();
    write_members(json, entry, secrets);
    json.key("replayable").boolean(!exchange.replayer.expired());
    json.key("request").begin_object();
    write_headers(json, exchange.request.headers, secrets);
    write_text(json, "body", exchange.request.body, entry.request_size, secrets);
    json.end_object();
    json.key("response").begin_object();
    write_headers(json, exchange.response_headers, secrets);
    json.key("headersCut").boolean(entry.response_headers_cut);
    write_text(json, "body", exchange.response_body, secrets);
    json.end_object();
    json.key("calls").begin_list();
    for (const auto& call : exchange.calls) {
        write_call(json, call->view(), secrets, invoke_options);
    }
    json.end_list().end_object();
    return text;
}

void write_routes(base::JsonWriter& json, const std::vector<RouteLine>& routes) {
    json.begin_list();
    for (const RouteLine& route : routes) {
        json.begin_object().member("api", route.api).member("kind", route.kind);
        json.member("method", route.method).member("path", route.path);
        json.member("function", route.function).member("target", route.target);
        json.member("protection", route.protection).member("closed", route.closed).end_object();
    }
    json.end_list();
}

void write_functions(base::JsonWriter& json, const std::vector<invoke::FunctionState>& functions) {
    const auto number = [&](std::string_view name, std::size_t value) {
        json.key(name).number(static_cast<std::int64_t>(value));
    };
    json.begin_list();
    for (const invoke::FunctionState& function : functions) {
        json.begin_object().member("function", function.function);
        json.member("runtime", function.runtime);
        number("memoryMb", function.memory_mb);
        number("warm", function.idle);
        number("busy", function.busy);
        number("starting", function.starting);
        number("waiting", function.waiting);
        json.end_object();
    }
    json.end_list();
}

void write_connections(base::JsonWriter& json, const std::vector<ConnectionLine>& connections) {
    json.begin_list();
    for (const ConnectionLine& connection : connections) {
        json.begin_object().member("id", connection.id).member("api", connection.api);
        json.member("sourceIp", connection.source_ip);
        json.key("connectedAt").number(milliseconds(connection.connected_at));
        json.key("lastActiveAt").number(milliseconds(connection.last_active)).end_object();
    }
    json.end_list();
}

} // namespace samara::console
