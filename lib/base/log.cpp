#include "base/log.h"

#include <utility>

namespace samara::base {

Log::Log(Sink sink) : sink_(std::move(sink)) {}

void Log::write(LogLevel level, std::string_view line) const {
    if (sink_) {
        sink_(level, line);
    }
}

} // namespace samara::base
