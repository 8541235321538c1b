#pragma once

#include "net/http_message.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Compressed bodies of REST APIs.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gzip-compression-decompression.html
namespace samara::gateway {

enum class ContentCoding : std::uint8_t { identity, gzip, deflate };

/// The coding that an Accept-Encoding asks for first, where it is one of ours; identity when it
/// prefers another one, or names none.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-enable-compression.html
ContentCoding accepted_coding(std::string_view accept_encoding);

/// Compresses the body of an integration's answer for a client that asks for it, if it has
/// `minimum` bytes and no Content-Encoding yet.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-receive-response-with-compressed-payload.html
void compress(net::HttpResponse& response, std::string_view accept_encoding, std::size_t minimum);

enum class Inflation : std::uint8_t {
    done,
    refused,  ///< not compressed that way, or in a way that there is not
    too_large ///< more than `most` bytes
};

/// A body that came with a Content-Encoding as it was before; the same for identity.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-make-request-with-compressed-payload.html
Inflation inflate_body(
    std::string_view content_encoding,
    const std::string& body,
    std::size_t most,
    std::string& inflated);

/// Whether a Content-Encoding means what it says.
bool is_coded(std::string_view content_encoding);

} // namespace samara::gateway
