#pragma once

#include "os/cancellation.h"

#include <memory>
#include <optional>

namespace samara::os {

/// While it exists, the first SIGINT, SIGTERM or SIGHUP cancels `cancel` instead of ending the
/// program. A second SIGINT or SIGTERM ends the program at once, whatever it waits for: the next
/// start removes what is left. What comes within 100 ms of the first is the same stop, told twice
/// (a terminal and a wrapper both pass Ctrl-C on). One at a time per process.
class SignalCancellation {
public:
    explicit SignalCancellation(Cancellation cancel);
    SignalCancellation(const SignalCancellation&) = delete;
    SignalCancellation& operator=(const SignalCancellation&) = delete;
    SignalCancellation(SignalCancellation&&) = delete;
    SignalCancellation& operator=(SignalCancellation&&) = delete;
    ~SignalCancellation(); ///< puts back what was there before

    /// The first signal that arrived, 0 when none did.
    [[nodiscard]] static int received() noexcept;

    /// What the one that exists now cancels. For waits so deep down that nobody hands it in.
    [[nodiscard]] static std::optional<Cancellation> active();

private:
    struct Saved;
    Cancellation cancel_;
    std::unique_ptr<Saved> saved_;
};

/// SIGINT ends the program with "Aborted!" and exit code 1, as click (the SAM CLI) does. For
/// main(): it holds while no SignalCancellation is there, hence where nothing is to be cleaned up.
void abort_on_interrupt() noexcept;

/// Writing to a closed pipe or socket gives EPIPE, past the limit of a file's size (ulimit -f)
/// EFBIG, instead of ending the program. For main().
void fail_instead_of_signals() noexcept;

} // namespace samara::os
