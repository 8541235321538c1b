#include "base/trace.h"

#include <utility>

namespace samara::base {

namespace {

TraceSink& sink() {
    static TraceSink told; // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
    return told;
}

} // namespace

void set_trace(TraceSink told) {
    sink() = std::move(told);
}

bool tracing() noexcept {
    return sink() != nullptr;
}

void trace(std::string_view line) {
    if (tracing()) {
        sink()(line);
    }
}

} // namespace samara::base
