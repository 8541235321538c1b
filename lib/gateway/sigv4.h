#pragma once

#include "base/error.h"
#include "net/http_message.h"

#include <chrono>
#include <map>
#include <string>
#include <string_view>

/// AWS Signature Version 4 of requests to an API.
/// docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
namespace samara::gateway {

struct IamCredential {
    std::string name; ///< of the profile; stands for the user
    std::string secret_key;
    std::string session_token; ///< may be empty
};

/// By access key id.
using IamCredentials = std::map<std::string, IamCredential, std::less<>>;

/// A shared credentials file: [profile], aws_access_key_id, aws_secret_access_key,
/// aws_session_token.
base::Result<IamCredentials> parse_credentials(std::string_view text);

enum class SignatureVerdict : std::uint8_t { valid, missing, unknown_key, mismatch, expired };

struct VerifiedSignature {
    SignatureVerdict verdict = SignatureVerdict::missing;
    std::string access_key;
    std::string user; ///< IamCredential::name
};

/// Checks the Authorization header of `request`, or the signature in its query when it is
/// presigned, for service execute-api.
VerifiedSignature verify_sigv4(
    const net::HttpRequest& request,
    const IamCredentials& credentials,
    std::chrono::system_clock::time_point now);

/// Signs `request`, which has its Host header: adds X-Amz-Date, Authorization and, where there is a
/// session token, X-Amz-Security-Token. Every header that is there is signed.
void sign_sigv4(
    net::HttpRequest& request,
    const std::string& access_key,
    const IamCredential& credential,
    const std::string& region,
    const std::string& service,
    std::chrono::system_clock::time_point now);

} // namespace samara::gateway
