#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace samara::base {

/// RFC 4648 section 4, with padding.
std::string base64_encode(std::string_view bytes);

/// Both alphabets (standard and URL-safe), padding optional; nothing when it is not base64.
std::optional<std::string> base64_decode(std::string_view text);

} // namespace samara::base
