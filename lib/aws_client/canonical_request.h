#pragma once

#include "net/http_message.h"

#include <string>
#include <string_view>
#include <vector>

/// The text that a Signature Version 4 signs, and the signature of it.
/// docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
namespace samara::aws_client {

inline constexpr std::string_view signing_algorithm = "AWS4-HMAC-SHA256";

enum class PathRule : std::uint8_t {
    normalized, ///< without "." and "..", one slash for several, and encoded once more
    as_sent,    ///< S3: a key may be "a//../b"
};

struct ToSign {
    const net::HttpRequest* request = nullptr;    ///< its body is not looked at
    std::vector<std::string_view> signed_headers; ///< lower case, sorted
    PathRule path = PathRule::normalized;
    std::string payload_hash;
    std::string_view time; ///< "20150830T123600Z"
    std::string_view date;
    std::string_view region;
    std::string_view service;
};

/// The signature that the holder of the secret key makes, hexadecimal digits.
std::string signature_of(const ToSign& what, const std::string& secret_key);

/// Everything but A-Za-z0-9-_.~ as %XX.
std::string uri_encode(std::string_view text, bool keep_slash);

/// False for what proxies and connections change: user-agent, expect, x-amzn-trace-id ...
bool is_signed_header(std::string_view name);

} // namespace samara::aws_client
