#pragma once

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

/// The function runs beside the emulator, often as the same user: what it can do to it is kept
/// small.
namespace samara::rie {

/// From now on this process cannot be traced by others of its user, its memory, descriptors and
/// environment under /proc are root's, and signals do not end or stop it. The exceptions are
/// SIGKILL and SIGSTOP, which only a namespace of its own keeps away, SIGTERM and SIGINT
/// (EndingSignals), and the faults of its own.
void harden();

/// SIGTERM and SIGINT from outside: from another process namespace, or from a living process that
/// is none of our descendants. The function's own are passed over.
class EndingSignals {
public:
    EndingSignals(boost::asio::io_context& context, std::function<void()> end);
    EndingSignals(const EndingSignals&) = delete;
    EndingSignals& operator=(const EndingSignals&) = delete;
    EndingSignals(EndingSignals&&) = delete;
    EndingSignals& operator=(EndingSignals&&) = delete;
    ~EndingSignals();

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace samara::rie
