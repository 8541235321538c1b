#pragma once

#include "gateway/route/call.h"

namespace samara::gateway {

/// Answers of the gateway itself, by the names that REST APIs give them; HTTP APIs have the same
/// ones with their own texts and no customisation.
/// docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
/// The types that are not here need what a local API has not: throttling, quotas, a firewall
/// (THROTTLED, QUOTA_EXCEEDED, WAF_FILTERED).
enum class Refusal : std::uint8_t {
    missing_authentication_token, ///< no route
    unauthorized,                 ///< no or no valid identity
    access_denied,                ///< an authorizer said no
    invalid_api_key,
    authorizer_failure,             ///< its function could not be run or has not answered
    authorizer_configuration_error, ///< its function failed or answered nonsense
    bad_request_parameters,
    bad_request_body,
    bad_integration_response, ///< the function failed or answered nonsense
    integration_failure,      ///< the function could not be run, or is throttled
    integration_timeout,
    invalid_signature,
    invalid_security_token,
    signature_expired,
    request_too_large,
    unsupported_media_type,  ///< no mapping template for it, and it may not pass without
    throttled,               ///< a stage's or a usage plan's limit of requests a second
    quota_exceeded,          ///< a usage plan's limit of requests a period
    function_throttled,      ///< the function has as many calls as it may
    api_configuration_error, ///< a mapping template failed, or no response is for the answer
};

/// What is said of one request beside what is said of all that are refused like it.
struct RefusalDetail {
    std::string message = {};          ///< instead of the usual one
    std::string validation_error = {}; ///< $context.error.validationErrorString
};

/// The status that the kind of API has for it, whatever a gateway response makes of that.
int status_of(Refusal refusal, ApiKind kind);

/// The answer, as the API's gateway responses make it.
net::HttpResponse refuse(Refusal refusal, const Call& call, const RefusalDetail& detail = {});

} // namespace samara::gateway
