#pragma once

#include "invoke/invocation.h"
#include "net/http_message.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace samara::serving {

/// What the access log says of one request.
struct AccessRecord {
    std::chrono::system_clock::time_point time;
    std::string method; ///< a token, see net::HttpRequest
    std::string path;
    int status = 0;
    std::chrono::microseconds duration{0};
    std::string function;         ///< logical id; empty when none was called
    std::optional<bool> cold;     ///< whether an environment was started for it; nothing: none ran
    std::string error;            ///< what the client is not told; may be empty
    bool refused = false;         ///< `error` is why nothing was asked
    std::size_t request_size = 0; ///< bytes of the body that came
    int integration_status = 0;   ///< of what answered; 0: nothing was asked
    std::chrono::microseconds integration{0}; ///< how long that took
    std::string integration_request_id;       ///< of the function's call; may be empty
    std::size_t body_size = 0;                ///< bytes that the client has got
    std::string line; ///< what a stage's own format makes of it; empty: it has none

    // Of a streamed answer:
    std::chrono::microseconds integration_head{0};    ///< until status and headers were known
    std::chrono::microseconds integration_content{0}; ///< until the first bytes of the body
    /// Adds what is known once it has ended, before it is logged; empty: there is nothing to add.
    std::function<void(AccessRecord&)> complete = {};
};

using AccessLog = std::function<void(const AccessRecord&)>;

/// Whether an environment was started for the call, as the record has it: a call that was refused,
/// or is still to be made, had none.
std::optional<bool> environment_of(const invoke::Response& reply);

/// Completes the record of a request that came at `begin` and has it logged once the client has the
/// answer, all of it: a log that is slow to take it holds up nobody. `log` lives until then.
void log_when_answered(
    const AccessLog& log,
    AccessRecord record,
    std::chrono::steady_clock::time_point begin,
    const net::HttpRequest& request,
    net::HttpResponse& response);

/// `stage` is the record's own line.
enum class AccessLogFormat : std::uint8_t { text, json, stage };

/// One line without line end. Text: "GET /upload/url 200 3.1 ms VideoUploader warm".
std::string to_string(const AccessRecord& record, AccessLogFormat format);

} // namespace samara::serving
