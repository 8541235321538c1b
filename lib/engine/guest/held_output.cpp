#include "engine/guest/held_output.h"

#include "base/strings.h"

#include <utility>

namespace samara::engine {

HeldOutput::HeldOutput(OutputSink sink) : sink_(std::move(sink)) {}

void HeldOutput::write(std::string_view bytes) {
    const std::lock_guard guard(mutex_);
    if (!released_) {
        kept_ += bytes;
    } else if (sink_) {
        sink_(bytes);
    }
}

void HeldOutput::release() {
    const std::lock_guard guard(mutex_);
    released_ = true;
    const auto kept = std::exchange(kept_, {});
    if (!kept.empty() && sink_) {
        sink_(kept);
    }
}

bool HeldOutput::released() const {
    const std::lock_guard guard(mutex_);
    return released_;
}

std::string HeldOutput::kept() const {
    const std::lock_guard guard(mutex_);
    return std::string(base::trim(kept_));
}

} // namespace samara::engine
