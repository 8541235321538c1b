#pragma once

#include "gateway/call.h"

namespace samara::gateway {

/// Answers of the gateway itself, by the names that REST APIs give them; HTTP APIs have the same
/// ones with their own texts and no customisation.
/// docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
enum class Refusal : std::uint8_t {
    missing_authentication_token, ///< no route
    unauthorized,                 ///< no or no valid identity
    access_denied,                ///< an authorizer said no
    invalid_api_key,
    authorizer_failure,
    authorizer_configuration_error,
    bad_integration_response, ///< the function failed or answered nonsense
    integration_failure,      ///< the function could not be run, or is throttled
    integration_timeout,
    invalid_signature,
    invalid_security_token,
    signature_expired,
    request_too_large,
};

/// `call` may be nullptr when there is no route. `api` may be nullptr without APIs.
net::HttpResponse refuse(Refusal refusal, const Api* api, const Call* call);

} // namespace samara::gateway
