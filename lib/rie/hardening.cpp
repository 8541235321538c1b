#include "rie/hardening.h"

#include "rie/memory.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace samara::rie {

namespace asio = boost::asio;

namespace {

sigset_t ending_signals() {
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGTERM);
    ::sigaddset(&set, SIGINT);
    return set;
}

// A handler and not SIG_IGN: programs that we start would inherit that.
void pass_over(int signal) {
    struct sigaction action {};

    action.sa_handler = [](int /*signal*/) {};
    action.sa_flags = SA_RESTART;
    ::sigaction(signal, &action, nullptr);
}

#ifndef SAMARA_ADDRESS_SANITIZER // which has handlers of its own
// A fault that somebody sent is none of ours; a real one comes again at once, and then ends us.
void pass_over_sent(int signal) {
    struct sigaction action {};

    action.sa_sigaction = [](int number, siginfo_t* info, void* /*context*/) {
        if (info->si_code > 0) {
            std::signal(number, SIG_DFL); // NOLINT(cert-err33-c): it cannot fail for these
        }
    };
    action.sa_flags = SA_RESTART | SA_SIGINFO;
    ::sigaction(signal, &action, nullptr);
}
#endif

bool is_from_outside(const signalfd_siginfo& signal) {
    if (signal.ssi_code == SI_KERNEL || (signal.ssi_code == SI_USER && signal.ssi_pid == 0)) {
        return true; // a terminal, or another namespace
    }
    if (signal.ssi_code != SI_USER) {
        return false; // sigqueue(3) may name any sender
    }
    const auto sender = static_cast<pid_t>(signal.ssi_pid);
    const std::vector<pid_t> ours = descendants(::getpid());
    return std::find(ours.begin(), ours.end(), sender) == ours.end() && sender != ::getpid() &&
           (::kill(sender, 0) == 0 || errno == EPERM);
}

} // namespace

void harden() {
#ifndef SAMARA_ADDRESS_SANITIZER // its search for leaks traces this process
    ::prctl(PR_SET_DUMPABLE, 0);
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
        pass_over_sent(signal);
    }
#endif
    for (const int signal :
         {SIGPIPE,
          SIGHUP,
          SIGQUIT,
          SIGUSR1,
          SIGUSR2,
          SIGALRM,
          SIGVTALRM,
          SIGPROF,
          SIGTSTP,
          SIGTTIN,
          SIGTTOU,
          SIGXCPU,
          SIGXFSZ,
          SIGIO,
          SIGTRAP,
          SIGSYS,
          SIGSTKFLT,
          SIGPWR}) {
        pass_over(signal);
    }
    for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) {
        pass_over(signal);
    }
}

struct EndingSignals::State {
    State(asio::io_context& context, int descriptor, std::function<void()> then)
        : signals(context, descriptor), end(std::move(then)) {}

    void watch() {
        signals.async_wait(
            asio::posix::stream_descriptor::wait_read,
            [this](const boost::system::error_code& error) {
                if (error) {
                    return;
                }
                signalfd_siginfo signal{};
                while (::read(signals.native_handle(), &signal, sizeof signal) ==
                       static_cast<ssize_t>(sizeof signal)) {
                    if (is_from_outside(signal)) {
                        end();
                    }
                }
                watch();
            });
    }

    asio::posix::stream_descriptor signals;
    std::function<void()> end;
};

EndingSignals::EndingSignals(asio::io_context& context, std::function<void()> end) {
    const sigset_t set = ending_signals();
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    state_ = std::make_unique<State>(
        context, ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), std::move(end));
    state_->watch();
}

EndingSignals::~EndingSignals() = default;

} // namespace samara::rie
