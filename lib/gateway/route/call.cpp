#include "gateway/route/call.h"

#include "base/base64.h"
#include "base/percent.h"
#include "net/header_text.h"

#include <array>
#include <ctime>
#include <random>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

std::uint64_t random_bits() {
    thread_local std::mt19937_64 engine = [] {
        std::random_device device;
        std::seed_seq seed{device(), device(), device(), device()};
        return std::mt19937_64(seed);
    }();
    return engine();
}

} // namespace

std::string_view Call::header(std::string_view name) const {
    return net::header_text(request.headers, name);
}

Call Call::with(const net::HttpRequest& other) const {
    Call changed{other, api, match};
    changed.request_id = request_id;
    changed.extended_request_id = extended_request_id;
    changed.time = time;
    changed.trace_id = trace_id;
    changed.port = port;
    changed.tls = tls;
    changed.authorizer = authorizer;
    changed.traces = traces;
    changed.usage_key = usage_key;
    changed.api_key = api_key;
    changed.api_key_id = api_key_id;
    changed.plan = plan;
    changed.iam_caller = iam_caller;
    changed.refusal = refusal;
    changed.base_path = base_path;
    changed.phases = phases;
    return changed;
}

std::string_view Call::domain_prefix() const {
    const std::string_view host = domain();
    if (host.starts_with('[')) { // [::1]:3000
        return host.substr(0, host.find(']') + 1);
    }
    const std::string_view name = host.substr(0, host.rfind(':'));
    const bool address = !name.empty() && name.back() >= '0' && name.back() <= '9';
    return address ? name : name.substr(0, name.find('.'));
}

std::string Call::clf_time() const {
    return gateway::clf_time(time);
}

std::string clf_time(std::chrono::system_clock::time_point time) {
    static constexpr std::array<std::string_view, 12> months{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    // Formatted once a second and thread.
    thread_local std::time_t formatted_at = -1;
    thread_local std::string text;
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    if (seconds != formatted_at) {
        std::tm parts{};
        gmtime_r(&seconds, &parts);
        text = fmt::format(
            "{:02}/{}/{}:{:02}:{:02}:{:02} +0000",
            parts.tm_mday,
            months.at(static_cast<std::size_t>(parts.tm_mon)),
            parts.tm_year + 1900,
            parts.tm_hour,
            parts.tm_min,
            parts.tm_sec);
        formatted_at = seconds;
    }
    return text;
}

std::int64_t Call::epoch_milliseconds() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::string make_http_request_id() {
    const std::array<std::uint64_t, 2> bits{random_bits(), random_bits()};
    return base::base64_encode({reinterpret_cast<const char*>(bits.data()), 11});
}

std::string make_trace_id(std::chrono::system_clock::time_point time) {
    return fmt::format(
        "Root=1-{:08x}-{:016x}{:08x}",
        std::chrono::system_clock::to_time_t(time),
        random_bits(),
        random_bits() & 0xFFFFFFFFU);
}

net::HttpHeaders gateway_headers(const Call& call) {
    std::string forwarded(call.header("X-Forwarded-For"));
    forwarded.append(forwarded.empty() ? "" : ", ").append(call.request.remote_address);
    net::HttpHeaders headers{
        {"X-Amzn-Trace-Id", call.trace_id},
        {"X-Forwarded-For", std::move(forwarded)},
        {"X-Forwarded-Port", fmt::format_int(call.port).str()},
        {"X-Forwarded-Proto", call.tls ? "https" : "http"},
    };
    if (call.api.kind == ApiKind::http) { // also of a request without a body
        headers.push_back({"Content-Length", fmt::format_int(call.request.body.size()).str()});
    }
    return headers;
}

std::string event_path(const Call& call) {
    if (call.api.kind == ApiKind::rest || call.api.function_url) {
        return std::string(call.request.path());
    }
    std::string path = base::percent_decode(call.request.path());
    return call.api.stage == "$default" ? path : "/" + call.api.stage + path;
}

std::string event_parameter(const Call& call, std::string_view value) {
    return call.api.kind == ApiKind::rest ? std::string(value) : base::percent_decode(value);
}

std::string route_key(const Route& route) {
    return route.path == "$default" ? route.path : route.method + " " + route.path;
}

} // namespace samara::gateway
