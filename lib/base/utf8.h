// Reads the code points of UTF-8, one at a time, and what is ASCII eight bytes at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

namespace samara::base {

/// Eight bytes as one number, and what is asked of all of them at once.
class EightBytes {
public:
    static constexpr std::size_t size = 8;

    explicit EightBytes(const char* from) { std::memcpy(&bytes_, from, size); }

    [[nodiscard]] bool ascii() const { return (bytes_ & high_bits) == 0; }

    /// Of eight that are ASCII: whether one is below `least`, which is 1 to 128.
    [[nodiscard]] bool any_below(unsigned char least) const {
        return ((bytes_ - low_bits * least) & ~bytes_ & high_bits) != 0;
    }

    /// Of eight that are ASCII: whether one is `c`.
    [[nodiscard]] bool any_is(char c) const {
        const std::uint64_t others = bytes_ ^ (low_bits * static_cast<unsigned char>(c));
        return ((others - low_bits) & ~others & high_bits) != 0;
    }

private:
    static constexpr std::uint64_t low_bits = 0x0101010101010101;
    static constexpr std::uint64_t high_bits = 0x8080808080808080;

    std::uint64_t bytes_ = 0;
};

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
