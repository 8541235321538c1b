#include "invoke/memory_pressure.h"

#include "os/file.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace samara::invoke {

namespace {

/// A twentieth of all of it, as far as that is no more than this.
constexpr std::uint64_t share = 20;
constexpr std::uint64_t most_kilobytes = 512UL * 1024;

/// Kilobytes; 0 when the text does not have them.
std::uint64_t field(std::string_view text, std::string_view name) {
    const std::size_t at = text.find(name);
    return at == std::string_view::npos
               ? 0
               : std::strtoull(text.data() + at + name.size(), nullptr, 10);
}

} // namespace

bool memory_is_short(const char* meminfo) {
    const std::uint64_t total = field(meminfo, "MemTotal:");
    const std::uint64_t available = field(meminfo, "MemAvailable:");
    const std::uint64_t wanted = total / share < most_kilobytes ? total / share : most_kilobytes;
    return total > 0 && available > 0 && available < wanted;
}

bool memory_is_short() {
    const auto text = os::read_file("/proc/meminfo");
    return text && memory_is_short(text->c_str());
}

} // namespace samara::invoke
