#include "gateway/message/log_line.h"

#include "base/json_writer.h"
#include "data/accessors.h"
#include "data/read.h"
#include "gateway/message/context.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

/// One request that has been answered.
struct Answered {
    const Call& call;
    const net::HttpResponse& response;
    const serving::AccessRecord& record;
};

std::string milliseconds(std::chrono::system_clock::duration duration) {
    return fmt::format(
        "{}", std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

std::string integration_latency(const Answered& one) {
    return one.record.integration_status == 0 ? "" : milliseconds(one.record.integration);
}

std::string integration_status(const Answered& one) {
    return one.record.integration_status == 0 ? ""
                                              : fmt::format("{}", one.record.integration_status);
}

/// What the gateway itself has told the client.
std::string error_message(const Answered& one) {
    if (one.record.error.empty()) {
        return {};
    }
    const auto body = data::read_json(one.response.body, "response");
    return body ? data::text_of(*body, "message") : std::string();
}

std::string quoted_error_message(const Answered& one) {
    const std::string message = error_message(one);
    std::string quoted;
    if (!message.empty()) {
        base::JsonWriter(quoted).text(message);
    }
    return quoted;
}

struct Variable {
    std::string_view name;
    std::string (*value)(const Answered&);
};

constexpr std::array<Variable, 14> variables{{
    {"status", [](const Answered& one) { return fmt::format("{}", one.response.status); }},
    {"responseLength",
     [](const Answered& one) { return fmt::format("{}", one.response.body.size()); }},
    {"responseLatency",
     [](const Answered& one) {
         return milliseconds(std::chrono::system_clock::now() - one.call.time);
     }},
    {"integrationLatency", integration_latency},
    {"integration.latency", integration_latency},
    {"integrationStatus", integration_status},
    {"integration.status", integration_status},
    {"integration.integrationStatus", integration_status},
    {"integrationErrorMessage", [](const Answered& one) { return one.record.error; }},
    {"integration.error", [](const Answered& one) { return one.record.error; }},
    {"error.message", error_message},
    {"error.messageString", quoted_error_message},
    {"xrayTraceId", [](const Answered& one) { return one.call.trace_id; }},
    {"awsEndpointRequestId", [](const Answered& one) { return one.call.request_id; }},
}};

/// The name behind "$context."; a full stop at its end is the text's.
std::string_view leading_name(std::string_view text) {
    constexpr std::string_view characters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    const std::string_view name =
        text.substr(0, std::min(text.find_first_not_of(characters), text.size()));
    return name.substr(0, name.find_last_not_of(".-") + 1);
}

} // namespace

std::string
log_line(const Call& call, const net::HttpResponse& response, const serving::AccessRecord& record) {
    constexpr std::string_view prefix = "$context.";
    const Answered one{call, response, record};
    const data::Value context = request_context(call);
    std::string line;
    std::string_view rest = call.api.access_log_format;
    while (true) {
        const std::size_t begin = rest.find(prefix);
        line += rest.substr(0, begin);
        if (begin == std::string_view::npos) {
            return line;
        }
        rest.remove_prefix(begin + prefix.size());
        const std::string_view name = leading_name(rest);
        const auto* const own =
            std::find_if(variables.begin(), variables.end(), [&](const Variable& known) {
                return known.name == name;
            });
        const std::string value =
            own == variables.end() ? context_value(call, context, name) : own->value(one);
        line += value.empty() ? "-" : value;
        rest.remove_prefix(name.size());
    }
}

} // namespace samara::gateway
