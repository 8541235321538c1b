#include "terminal_secret.h"

#include "base/terminal_text.h"
#include "os/unique_fd.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

namespace samara::cli {

namespace {

void write_to(int terminal, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(terminal, text.data(), text.size());
        if (count <= 0) {
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

/// No echo for as long as it lives.
class Silence {
public:
    explicit Silence(int terminal) : terminal_(terminal) {
        known_ = ::tcgetattr(terminal_, &before_) == 0;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        if (known_) {
            ::tcsetattr(terminal_, TCSAFLUSH, &silent);
        }
    }

    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;
    Silence(Silence&&) = delete;
    Silence& operator=(Silence&&) = delete;

    ~Silence() {
        if (known_) {
            ::tcsetattr(terminal_, TCSAFLUSH, &before_);
        }
        write_to(terminal_, "\n");
    }

private:
    int terminal_;
    termios before_{};
    bool known_ = false;
};

} // namespace

std::optional<std::string> ask_secret(std::string_view question) {
    const os::UniqueFd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC)); // NOLINT: variadic
    // A program in the background would be stopped by asking, and nobody would know why.
    if (terminal.get() < 0 || ::tcgetpgrp(terminal.get()) != ::getpgrp()) {
        return std::nullopt;
    }
    write_to(terminal.get(), base::terminal_text(question));
    const Silence silence(terminal.get());
    std::string answer;
    char next = 0;
    while (::read(terminal.get(), &next, 1) == 1) { // an interrupt ends it: no answer
        if (next == '\n') {
            return answer;
        }
        answer += next;
    }
    return std::nullopt;
}

} // namespace samara::cli
