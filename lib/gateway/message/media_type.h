#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace samara::gateway {

/// "application/json" of "Application/JSON; charset=utf-8".
std::string essence_of(std::string_view content_type);

/// Whether an HTTP API hands a body of this type to a function as text; all else is base64.
/// `content_type` is the header's value, empty when there is none.
bool is_text(std::string_view content_type);

/// Whether a media type is one of a REST API's binaryMediaTypes: equal, "image/*" or "*/*".
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html
bool is_binary(std::string_view content_type, const std::vector<std::string>& binary_media_types);

} // namespace samara::gateway
