#pragma once

#include "data/value.h"
#include "gateway/route/call.h"
#include "net/http_message.h"
#include "serving/access_log.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace samara::gateway {

/// What came of a handshake, a message or an end of a WebSocket connection.
struct SocketOutcome {
    std::string_view told = {}; ///< by the gateway to the client, of a failure
    std::string_view type = {}; ///< of the gateway response that has refused a handshake
    AccessPhases phases = {};   ///< of a handshake
};

/// The access log line that the API's stage asks for: its format with the $context variables of
/// one request; "-" for those that it has not. Of an answer that is streamed, what is known at its
/// end only is filled in then.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
/// docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-logging.html
class LogLine {
public:
    LogLine(
        const Call& call, const net::HttpResponse& response, const serving::AccessRecord& record);

    /// Of a WebSocket API: `context` is the requestContext of what has happened.
    LogLine(
        const Api& api,
        const data::Value& context,
        const SocketOutcome& outcome,
        const serving::AccessRecord& record);

    /// With the record as it is at the end of the answer.
    [[nodiscard]] std::string text(const serving::AccessRecord& record) const;

private:
    /// What is known of a variable now; empty: nothing.
    using Value = std::function<std::string(std::string_view name)>;
    LogLine(std::string_view format, const Value& value);

    struct Part {
        std::string text;
        std::string (*variable)(const serving::AccessRecord&); ///< behind it; nullptr: none
    };

    std::vector<Part> parts_;
};

} // namespace samara::gateway
