#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace samara::gateway {

/// What came of one phase that a request passes before its integration.
struct AccessPhase {
    int status = 0; ///< 0: the request has not come to it
    std::string error = {};
    std::chrono::microseconds latency{0};
};

/// The phases in their order, and what an authorizer function was asked. For access logs.
/// aws.amazon.com/blogs/compute/troubleshooting-amazon-api-gateway-with-enhanced-observability-variables
struct AccessPhases {
    AccessPhase authenticate; ///< the signature of a caller with IAM credentials
    AccessPhase authorizer;   ///< what a Lambda authorizer, a JWT or a user pool has said
    AccessPhase authorize;    ///< whether policies allow the call, the authorizer's own as well

    /// The call of the authorizer function; no status where its verdict was known already.
    AccessPhase call;
    std::string call_id = {};
    std::string principal = {}; ///< that the function has named
};

/// What the gateway says where it refuses a request.
struct RefusalNote {
    std::string_view type = {};        ///< of the gateway response; REST APIs
    std::string validation_error = {}; ///< of a body that its model does not take
};

} // namespace samara::gateway
