#pragma once

#include "base/bounded_text.h"
#include "engine/engine.h"

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace samara::engine {

/// What an environment writes, kept until it has started: of a failed start its error says it.
/// Thread-safe; the sink is called by one thread at a time.
class HeldOutput {
public:
    explicit HeldOutput(OutputSink sink);

    void write(std::string_view bytes);

    /// It has started: what is kept goes to the sink, and all that comes.
    void release();

    [[nodiscard]] bool released() const;

    /// What has been written, without the blanks around it, unless it has started.
    [[nodiscard]] std::string kept() const;

private:
    OutputSink sink_;
    mutable std::mutex mutex_;
    bool released_ = false;
    base::BoundedText<std::size_t{1} << 20> kept_;
};

} // namespace samara::engine
