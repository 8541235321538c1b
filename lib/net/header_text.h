#pragma once

#include "net/http_message.h"

#include <string_view>

namespace samara::net {

/// What find_header() gives as a text, empty where there is no such header.
inline std::string_view header_text(const HttpHeaders& headers, std::string_view name) {
    const std::string* value = find_header(headers, name);
    return value == nullptr ? std::string_view() : std::string_view(*value);
}

} // namespace samara::net
