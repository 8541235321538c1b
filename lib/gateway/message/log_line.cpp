#include "gateway/message/log_line.h"

#include "base/json_writer.h"
#include "data/accessors.h"
#include "data/read.h"
#include "gateway/message/context.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

std::string milliseconds(std::chrono::system_clock::duration duration) {
    return fmt::format(
        "{}", std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

// What is known of a request with the head of its answer.

/// One request that is answered.
struct Answered {
    const Call& call;
    const net::HttpResponse& response;
    const serving::AccessRecord& record;
};

std::string status_text(int status) {
    return status == 0 ? "" : fmt::format("{}", status);
}

bool is_integration_status(std::string_view name) {
    return name == "integrationStatus" || name == "integration.status" ||
           name == "integration.integrationStatus";
}

std::string integration_status(const Answered& one) {
    return status_text(one.record.integration_status);
}

/// What the code of a proxy function has said; of all else what was asked.
std::string function_status(const Answered& one) {
    const bool proxy =
        std::holds_alternative<LambdaIntegration>(one.call.match.route->integration) &&
        one.record.integration_status != 0 && one.record.error.empty();
    return proxy ? status_text(one.response.status) : integration_status(one);
}

std::string integration_request_id(const Answered& one) {
    return one.record.integration_request_id;
}

/// As a JSON text; nothing where there is none.
std::string json_text(std::string_view message) {
    std::string json;
    if (!message.empty()) {
        base::JsonWriter(json).text(message);
    }
    return json;
}

/// What the gateway itself has told the client.
std::string error_message(const Answered& one) {
    if (one.record.error.empty()) {
        return {};
    }
    const auto body = data::read_json(one.response.body, "response");
    return body ? data::text_of(*body, "message") : std::string();
}

/// REST APIs only: HTTP APIs have no gateway responses.
std::string response_type(const Answered& one) {
    return one.call.refusal == nullptr ? std::string() : std::string(one.call.refusal->type);
}

std::string validation_error(const Answered& one) {
    return one.call.refusal == nullptr ? std::string() : one.call.refusal->validation_error;
}

/// Without the slash that it is kept with.
std::string base_path(const Answered& one) {
    return std::string(one.call.base_path.substr(one.call.base_path.empty() ? 0 : 1));
}

std::string transfer_mode(const Answered& one) {
    const Integration& integration = one.call.match.route->integration;
    const auto* lambda = std::get_if<LambdaIntegration>(&integration);
    const auto* http = std::get_if<HttpIntegration>(&integration);
    const bool streams = lambda != nullptr ? lambda->streams : http != nullptr && http->streams;
    return one.call.api.kind != ApiKind::rest ? "" : streams ? "STREAMED" : "BUFFERED";
}

struct Variable {
    std::string_view name;
    std::string (*value)(const Answered&);
};

constexpr std::array<Variable, 13> variables{{
    {"status", [](const Answered& one) { return fmt::format("{}", one.response.status); }},
    {"integrationStatus", integration_status},
    {"integration.status", function_status},
    {"integration.integrationStatus", integration_status},
    {"integration.responseTransferMode", transfer_mode},
    {"error.message", error_message},
    {"error.messageString", [](const Answered& one) { return json_text(error_message(one)); }},
    {"error.responseType", response_type},
    {"error.validationErrorString", validation_error},
    {"customDomain.basePathMatched", base_path},
    {"xrayTraceId", [](const Answered& one) { return one.call.trace_id; }},
    {"awsEndpointRequestId", integration_request_id},
    {"integration.requestId", integration_request_id},
}};

// What is known of the phases before the integration.

std::string phase_latency(const AccessPhase& phase) {
    return phase.status == 0 ? "" : milliseconds(phase.latency);
}

struct PhaseVariable {
    std::string_view name;
    std::string (*value)(const AccessPhases&);
};

constexpr std::array<PhaseVariable, 13> phase_variables{{
    {"authenticate.status",
     [](const AccessPhases& all) { return status_text(all.authenticate.status); }},
    {"authenticate.error", [](const AccessPhases& all) { return all.authenticate.error; }},
    {"authenticate.latency",
     [](const AccessPhases& all) { return phase_latency(all.authenticate); }},
    {"authorizer.status",
     [](const AccessPhases& all) { return status_text(all.authorizer.status); }},
    {"authorizer.error", [](const AccessPhases& all) { return all.authorizer.error; }},
    {"authorizer.latency", [](const AccessPhases& all) { return phase_latency(all.authorizer); }},
    {"authorizer.integrationStatus",
     [](const AccessPhases& all) { return status_text(all.call.status); }},
    {"authorizer.integrationLatency",
     [](const AccessPhases& all) { return phase_latency(all.call); }},
    {"authorizer.requestId", [](const AccessPhases& all) { return all.call_id; }},
    {"authorizer.principalId", [](const AccessPhases& all) { return all.principal; }},
    {"authorize.status", [](const AccessPhases& all) { return status_text(all.authorize.status); }},
    {"authorize.error", [](const AccessPhases& all) { return all.authorize.error; }},
    {"authorize.latency", [](const AccessPhases& all) { return phase_latency(all.authorize); }},
}};

/// HTTP APIs tell of their authorizers alone.
bool has_phase(ApiKind kind, std::string_view variable) {
    return kind == ApiKind::rest || variable.starts_with("authorizer.");
}

// What is known at the end of the answer.

using serving::AccessRecord;

/// A time of the integration; there is none where nothing was asked.
std::string integration_time(const AccessRecord& record, std::chrono::microseconds time) {
    return record.integration_status == 0 ? "" : milliseconds(time);
}

std::string integration_latency(const AccessRecord& record) {
    return integration_time(record, record.integration);
}

std::string integration_error(const AccessRecord& record) {
    return record.refused ? std::string() : record.error;
}

struct LateVariable {
    std::string_view name;
    std::string (*value)(const AccessRecord&);
};

/// docs.aws.amazon.com/apigateway/latest/developerguide/response-streaming-troubleshoot.html
constexpr std::array<LateVariable, 9> late_variables{{
    {"responseLength",
     [](const AccessRecord& record) { return fmt::format("{}", record.body_size); }},
    {"dataProcessed",
     [](const AccessRecord& record) {
         return fmt::format("{}", record.request_size + record.body_size);
     }},
    {"responseLatency",
     [](const AccessRecord& record) {
         return milliseconds(std::chrono::system_clock::now() - record.time);
     }},
    {"integrationLatency", integration_latency},
    {"integration.latency", integration_latency},
    {"integration.timeToAllHeaders",
     [](const AccessRecord& record) { return integration_time(record, record.integration_head); }},
    {"integration.timeToFirstContent",
     [](const AccessRecord& record) {
         return integration_time(record, record.integration_content);
     }},
    {"integrationErrorMessage", integration_error},
    {"integration.error", integration_error},
}};

template <class List>
auto find_variable(const List& list, std::string_view name) {
    const auto* const found = std::find_if(
        list.begin(), list.end(), [&](const auto& known) { return known.name == name; });
    return found == list.end() ? nullptr : found->value;
}

} // namespace

LogLine::LogLine(std::string_view format, const Value& value) {
    constexpr std::string_view prefix = "$context.";
    std::string text;
    while (true) {
        const std::size_t begin = format.find(prefix);
        text += format.substr(0, begin);
        if (begin == std::string_view::npos) {
            parts_.push_back({std::move(text), nullptr});
            return;
        }
        format.remove_prefix(begin + prefix.size());
        const std::string_view name = leading_name(format);
        if (const auto late = find_variable(late_variables, name)) {
            parts_.push_back({std::exchange(text, {}), late});
        } else {
            const std::string known = value(name);
            text += known.empty() ? "-" : known;
        }
        format.remove_prefix(name.size());
    }
}

LogLine::LogLine(
    const Call& call, const net::HttpResponse& response, const serving::AccessRecord& record)
    : LogLine(
          call.api.access_log_format,
          [&, context = request_context(call)](std::string_view name) -> std::string {
              if (const auto own = find_variable(variables, name)) {
                  return own({call, response, record});
              }
              const auto of_phase = find_variable(phase_variables, name);
              const std::string told = of_phase != nullptr && has_phase(call.api.kind, name)
                                           ? of_phase(call.phases)
                                           : std::string();
              return told.empty() ? context_value(call, context, name) : told;
          }) {}

LogLine::LogLine(
    const Api& api,
    const data::Value& context,
    const SocketOutcome& outcome,
    const serving::AccessRecord& record)
    : LogLine(api.access_log_format, [&](std::string_view name) -> std::string {
          const std::string_view told = outcome.told;
          if (name == "status") {
              return fmt::format("{}", record.status);
          }
          if (name == "error.message") {
              return std::string(told);
          }
          if (name == "error.messageString") {
              return json_text(told);
          }
          if (name == "awsEndpointRequestId" || name == "integration.requestId") {
              return record.integration_request_id;
          }
          if (name == "error.responseType") {
              return std::string(outcome.type);
          }
          if (is_integration_status(name)) {
              return status_text(record.integration_status);
          }
          const auto of_phase = find_variable(phase_variables, name);
          const std::string phase = of_phase == nullptr ? std::string() : of_phase(outcome.phases);
          return phase.empty() ? context_value(context, name) : phase;
      }) {}

std::string LogLine::text(const serving::AccessRecord& record) const {
    std::string line;
    for (const Part& part : parts_) {
        line += part.text;
        if (part.variable != nullptr) {
            const std::string value = part.variable(record);
            line += value.empty() ? "-" : value;
        }
    }
    return line;
}

} // namespace samara::gateway
