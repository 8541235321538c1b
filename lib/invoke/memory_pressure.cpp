#include "invoke/memory_pressure.h"

#include "os/file.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace samara::invoke {

namespace {

/// A twentieth of all of it, as far as that is no more than this.
constexpr std::uint64_t share = 20;
constexpr std::uint64_t most_kilobytes = 512UL * 1024;

/// Kilobytes; 0 when the text does not have them.
std::uint64_t field(std::string_view text, std::string_view name) {
    std::uint64_t value = 0;
    if (const std::size_t at = text.find(name); at != std::string_view::npos) {
        text.remove_prefix(at + name.size());
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        std::from_chars(text.data(), text.data() + text.size(), value);
    }
    return value;
}

} // namespace

bool is_short_of_memory(std::string_view meminfo) {
    const std::uint64_t total = field(meminfo, "MemTotal:");
    const std::uint64_t available = field(meminfo, "MemAvailable:");
    const std::uint64_t wanted = total / share < most_kilobytes ? total / share : most_kilobytes;
    return total > 0 && available > 0 && available < wanted;
}

bool this_machine_is_short_of_memory() {
    const auto text = os::read_file("/proc/meminfo");
    return text && is_short_of_memory(*text);
}

} // namespace samara::invoke
