#include "os/signals.h"

#include <array>
#include <atomic>
#include <cassert>
#include <csignal>

namespace samara::os {

namespace {

constexpr std::array<int, 3> watched{SIGINT, SIGTERM, SIGHUP};

// A signal handler reaches nothing but static storage.
std::atomic<const Cancellation*> target = nullptr;
std::atomic<int> first_signal = 0;

void on_signal(int number) {
    int none = 0;
    first_signal.compare_exchange_strong(none, number);
    if (const Cancellation* cancel = target.load()) {
        cancel->cancel();
    }
}

} // namespace

struct SignalCancellation::Saved {
    std::array<struct sigaction, watched.size()> actions;
};

SignalCancellation::SignalCancellation(Cancellation cancel)
    : cancel_(std::move(cancel)), saved_(std::make_unique<Saved>()) {
    assert(target.load() == nullptr);
    first_signal = 0;
    target = &cancel_;

    struct sigaction action {};

    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART; // waits watch the cancellation; nothing else need see EINTR
    ::sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < watched.size(); ++i) {
        ::sigaction(watched[i], &action, &saved_->actions[i]);
        if (watched[i] == SIGHUP && saved_->actions[i].sa_handler == SIG_IGN) {
            ::sigaction(SIGHUP, &saved_->actions[i], nullptr); // nohup
        }
    }
}

SignalCancellation::~SignalCancellation() {
    for (std::size_t i = 0; i < watched.size(); ++i) {
        ::sigaction(watched[i], &saved_->actions[i], nullptr);
    }
    target = nullptr;
}

int SignalCancellation::received() noexcept {
    return first_signal.load();
}

void ignore_broken_pipes() noexcept {
    struct sigaction action {};

    action.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &action, nullptr);
}

} // namespace samara::os
