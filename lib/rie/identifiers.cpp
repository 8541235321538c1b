#include "rie/identifiers.h"

#include <fmt/format.h>

#include <sys/random.h>

namespace samara::rie {

std::string random_hex(std::size_t digits) {
    std::string bytes((digits + 1) / 2, '\0');
    // Up to 256 bytes come whole and at once (getrandom(2)).
    static_cast<void>(!::getrandom(bytes.data(), bytes.size(), 0));
    std::string text;
    for (const char byte : bytes) {
        text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    }
    text.resize(digits);
    return text;
}

std::string make_trace_id(std::chrono::system_clock::time_point now) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
    return fmt::format(
        "Root=1-{:08x}-{};Parent={};Sampled=0",
        static_cast<std::uint32_t>(seconds.count()),
        random_hex(24),
        random_hex(16));
}

} // namespace samara::rie
