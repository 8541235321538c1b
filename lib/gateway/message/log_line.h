#pragma once

#include "gateway/route/call.h"
#include "net/http_message.h"
#include "serving/access_log.h"

#include <string>
#include <vector>

namespace samara::gateway {

/// The access log line that the API's stage asks for: its format with the $context variables of
/// one request; "-" for those that it has not. Of an answer that is streamed, what is known at its
/// end only is filled in then.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
class LogLine {
public:
    LogLine(
        const Call& call, const net::HttpResponse& response, const serving::AccessRecord& record);

    /// With the record as it is at the end of the answer.
    [[nodiscard]] std::string text(const serving::AccessRecord& record) const;

private:
    struct Part {
        std::string text;
        std::string (*variable)(const serving::AccessRecord&); ///< behind it; nullptr: none
    };

    std::vector<Part> parts_;
};

} // namespace samara::gateway
