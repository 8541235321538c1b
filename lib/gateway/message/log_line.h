#pragma once

#include "gateway/route/call.h"
#include "net/http_message.h"
#include "serving/access_log.h"

#include <string>

namespace samara::gateway {

/// The access log line that the API's stage asks for: its format with the $context variables of
/// one request; "-" for those that it has not.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
std::string
log_line(const Call& call, const net::HttpResponse& response, const serving::AccessRecord& record);

} // namespace samara::gateway
