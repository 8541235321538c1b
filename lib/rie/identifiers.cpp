#include "rie/identifiers.h"

#include <fmt/chrono.h>
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

std::string make_uuid() {
    std::string hex = random_hex(32);
    hex[12] = '4';
    hex[16] = "89ab"[static_cast<unsigned char>(hex[16]) % 4];
    for (const std::size_t dash : {8U, 13U, 18U, 23U}) {
        hex.insert(dash, 1, '-');
    }
    return hex;
}

std::string make_trace_id(std::chrono::system_clock::time_point now) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
    return fmt::format(
        "Root=1-{:08x}-{};Parent={};Sampled=0",
        static_cast<std::uint32_t>(seconds.count()),
        random_hex(24),
        random_hex(16));
}

std::string timestamp(std::chrono::system_clock::time_point time) {
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(time), milliseconds % 1000);
}

} // namespace samara::rie
