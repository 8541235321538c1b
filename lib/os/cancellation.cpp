#include "os/cancellation.h"

#include "os/unique_fd.h"

#include <atomic>
#include <cerrno>
#include <system_error>

#include <sys/eventfd.h>
#include <unistd.h>

namespace samara::os {

struct Cancellation::State {
    std::atomic<bool> cancelled = false;
    UniqueFd event;
};

static_assert(std::atomic<bool>::is_always_lock_free, "cancel() runs in signal handlers");

Cancellation::Cancellation() : state_(std::make_shared<State>()) {
    state_->event.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!state_->event.valid()) {
        // Out of descriptors at the very start of a command: nothing useful can follow.
        throw std::system_error(errno, std::generic_category(), "eventfd");
    }
}

void Cancellation::cancel() const noexcept {
    if (state_->cancelled.exchange(true)) {
        return;
    }
    const int saved_errno = errno;
    ::eventfd_write(state_->event.get(), 1); // a plain write(2) inside: async-signal-safe
    errno = saved_errno;
}

bool Cancellation::cancelled() const noexcept {
    return state_->cancelled.load();
}

int Cancellation::descriptor() const noexcept {
    return state_->event.get();
}

} // namespace samara::os
