#pragma once

#include "aws_client/canonical_request.h"
#include "aws_client/iam_credentials.h"
#include "net/http_message.h"

#include <chrono>
#include <string>
#include <string_view>

/// AWS Signature Version 4 of requests to an API.
/// docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
namespace samara::aws_client {

enum class SignatureVerdict : std::uint8_t { valid, missing, unknown_key, mismatch, expired };

struct VerifiedSignature {
    SignatureVerdict verdict = SignatureVerdict::missing;
    std::string access_key;
    std::string user;    ///< IamCredential::name
    std::string message; ///< AWS's words for what is wrong, where there are some
};

/// Checks the Authorization header of `request`, or the signature in its query when it is
/// presigned, for `service` in `region`. A signature holds for five minutes, a presigned
/// one for as long as it says.
VerifiedSignature verify_sigv4(
    const net::HttpRequest& request,
    const IamCredentials& credentials,
    std::string_view region,
    std::chrono::system_clock::time_point now,
    std::string_view service = "execute-api");

struct SigningRules {
    PathRule path = PathRule::normalized;
    std::string
        payload_hash; ///< "UNSIGNED-PAYLOAD", or of a body that is elsewhere; empty: of body
};

/// Signs `request`, which has its Host header: adds X-Amz-Date, Authorization and, where there is a
/// session token, X-Amz-Security-Token. Every header that is there is signed, but for those that
/// whoever passes the request on may change.
void sign_sigv4(
    net::HttpRequest& request,
    const std::string& access_key,
    const IamCredential& credential,
    const std::string& region,
    const std::string& service,
    std::chrono::system_clock::time_point now,
    const SigningRules& rules = {});

} // namespace samara::aws_client
