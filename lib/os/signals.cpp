#include "os/signals.h"

#include <array>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <string_view>

#include <unistd.h>

namespace samara::os {

namespace {

constexpr std::array<int, 3> watched{SIGINT, SIGTERM, SIGHUP};

// A signal handler reaches nothing but static storage.
std::atomic<const Cancellation*> target = nullptr;
std::atomic<int> first_signal = 0;
std::atomic<std::int64_t> first_at = 0; // milliseconds; 0: not yet

constexpr std::int64_t same_stop = 100;

std::int64_t milliseconds_now() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now); // async-signal-safe
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

// By the signal itself, so that a shell sees why.
void end_now(int number) {
    constexpr std::string_view told =
        "\nEnded at once. The next start removes what may be left behind.\n";
    static_cast<void>(!::write(STDERR_FILENO, told.data(), told.size()));
    ::signal(number, SIG_DFL);
    sigset_t only;
    ::sigemptyset(&only);
    ::sigaddset(&only, number);
    ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
    ::raise(number);
}

void on_signal(int number) {
    const int saved_errno = errno;
    int none = 0;
    if (first_signal.compare_exchange_strong(none, number)) {
        first_at = milliseconds_now();
    } else if (number != SIGHUP && first_at != 0 && milliseconds_now() - first_at >= same_stop) {
        end_now(number);
    }
    if (const Cancellation* cancel = target.load()) {
        cancel->cancel();
    }
    errno = saved_errno;
}

} // namespace

struct SignalCancellation::Saved {
    std::array<struct sigaction, watched.size()> actions;
};

SignalCancellation::SignalCancellation(Cancellation cancel)
    : cancel_(std::move(cancel)), saved_(std::make_unique<Saved>()) {
    assert(target.load() == nullptr);
    first_signal = 0;
    first_at = 0;
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

std::optional<Cancellation> SignalCancellation::active() {
    const Cancellation* cancel = target.load();
    return cancel == nullptr ? std::nullopt : std::optional(*cancel);
}

void abort_on_interrupt() noexcept {
    struct sigaction before {};

    if (::sigaction(SIGINT, nullptr, &before) != 0 || before.sa_handler == SIG_IGN) {
        return; // a background job of a shell without job control
    }

    struct sigaction action {};

    action.sa_handler = [](int) {
        constexpr std::string_view told = "\nAborted!\n";
        static_cast<void>(!::write(STDERR_FILENO, told.data(), told.size()));
        ::_exit(1);
    };
    ::sigaction(SIGINT, &action, nullptr);
}

void fail_instead_of_signals() noexcept {
    struct sigaction action {};

    action.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &action, nullptr);
    ::sigaction(SIGXFSZ, &action, nullptr); // a file past its limit, as on a full disk
}

} // namespace samara::os
