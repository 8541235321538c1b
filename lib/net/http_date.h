#pragma once

#include <array>
#include <ctime>
#include <optional>
#include <string>

/// Dates as HTTP writes them: "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7).
namespace samara::net {

inline constexpr const char* http_date_format = "%a, %d %b %Y %H:%M:%S GMT";

inline std::string http_date(std::time_t time) {
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 40> text{};
    return {text.data(), std::strftime(text.data(), text.size(), http_date_format, &parts)};
}

inline std::optional<std::time_t> parse_http_date(const std::string& text) {
    std::tm parts{};
    const char* const end = ::strptime(text.c_str(), http_date_format, &parts);
    return end == nullptr || *end != '\0' ? std::nullopt : std::optional(timegm(&parts));
}

} // namespace samara::net
