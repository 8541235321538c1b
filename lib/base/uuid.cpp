#include "base/uuid.h"

#include <array>
#include <cstdint>

#include <fmt/format.h>

#include <sys/random.h>

namespace samara::base {

std::string make_uuid() {
    std::array<std::uint64_t, 2> bits{};
    // Up to 256 bytes come whole and at once (getrandom(2)).
    static_cast<void>(!::getrandom(bits.data(), sizeof bits, 0));
    const auto [high, low] = bits;
    return fmt::format(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32U,
        (high >> 16U) & 0xFFFFU,
        high & 0xFFFU,
        0x8000U | ((low >> 48U) & 0x3FFFU),
        low & 0xFFFFFFFFFFFFU);
}

} // namespace samara::base
