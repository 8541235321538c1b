#pragma once

#include "gateway/message/gateway_response.h"

#include <string>

namespace samara::gateway {

/// Why a request does not get in.
struct Rejection {
    net::HttpResponse response;
    std::string reason; ///< for the log
    int status = 501;   ///< the refusal's own, whatever the response has
};

/// The API's answer to what is refused.
Rejection
reject(Refusal refusal, const Call& call, std::string reason, const RefusalDetail& detail = {});

/// 501 with the reason: what cannot be evaluated here opens for nobody.
Rejection closed(const std::string& reason);

} // namespace samara::gateway
