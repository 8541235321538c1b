#include "app/load/strictness.h"

#include <fmt/format.h>

namespace samara::app {

Strictness::Strictness(bool strict, base::Log log)
    : warnings_(std::make_shared<std::atomic<std::size_t>>(0)), log_(std::move(log)) {
    if (!strict) {
        return;
    }
    log_ =
        base::Log([inner = log_, count = warnings_](base::LogLevel level, std::string_view line) {
            switch (level) {
            case base::LogLevel::debug:
                return inner.debug(line);
            case base::LogLevel::info:
                return inner.info(line);
            case base::LogLevel::warning:
                ++*count;
                [[fallthrough]];
            case base::LogLevel::error:
                return inner.error(line);
            }
        });
}

base::Result<void> Strictness::check() const {
    const std::size_t count = *warnings_;
    if (count == 0) {
        return {};
    }
    return base::fail(
        fmt::format(
            "--strict takes {} as {}",
            count == 1 ? "the warning" : "the warnings",
            count == 1 ? "an error" : "errors"),
        "put right what is told above, or leave out --strict");
}

} // namespace samara::app
