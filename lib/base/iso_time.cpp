#include "base/iso_time.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace samara::base {

std::string iso_seconds(std::chrono::system_clock::time_point time) {
    return fmt::format(
        "{:%Y-%m-%dT%H:%M:%S}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string iso_milliseconds(std::chrono::system_clock::time_point time) {
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(time), milliseconds % 1000);
}

} // namespace samara::base
