#pragma once

#include <string>
#include <string_view>

namespace samara::base {

/// Lower-case hexadecimal digests.
std::string md5_hex(std::string_view bytes);
std::string sha1_hex(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);

} // namespace samara::base
