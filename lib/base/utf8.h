// Reads the code points of UTF-8, one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace samara::base {

/// The code point that begins at byte `at` of well-formed UTF-8, and the bytes to the next one.
/// A byte that begins no sequence, and one whose sequence the text cuts off, stands for itself.
inline std::pair<std::uint32_t, std::size_t> code_point_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
    };
    const std::uint32_t first = byte(at);
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    if (length == 1 || at + length > text.size()) {
        return {first, 1};
    }
    std::uint32_t point = first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        point = (point << 6U) | (byte(at + i) & 0x3FU);
    }
    return {point, length};
}

} // namespace samara::base
