#pragma once

#include <memory>

/// A request to stop that many waits can watch.
namespace samara::os {

/// Shared between the one who cancels (a signal handler, a server shutting down) and those who
/// wait. Copies refer to the same request. A default-made one exists and is never cancelled until
/// asked.
class Cancellation {
public:
    Cancellation();

    /// Asks everyone to stop. Async-signal-safe, thread-safe, may be called again.
    void cancel() const noexcept;

    [[nodiscard]] bool cancelled() const noexcept;

    /// A descriptor that polls readable once cancelled; owned by this object, never to be read.
    [[nodiscard]] int descriptor() const noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;
};

} // namespace samara::os
