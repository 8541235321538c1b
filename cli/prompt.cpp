#include "prompt.h"

#include "base/strings.h"

#include <array>
#include <cerrno>
#include <charconv>

#include <fmt/format.h>

#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace samara::cli {

namespace {

/// The terminal does not show what is typed while it exists.
class HiddenInput {
public:
    HiddenInput() : terminal_(::tcgetattr(STDIN_FILENO, &saved_) == 0) {
        if (terminal_) {
            termios silent = saved_;
            silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
        }
    }

    HiddenInput(const HiddenInput&) = delete;
    HiddenInput& operator=(const HiddenInput&) = delete;
    HiddenInput(HiddenInput&&) = delete;
    HiddenInput& operator=(HiddenInput&&) = delete;

    ~HiddenInput() {
        if (terminal_) {
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved_);
        }
    }

private:
    termios saved_{};
    bool terminal_;
};

} // namespace

Prompt::Prompt(Console& console, os::Cancellation cancel, Stream stream)
    : console_(console), cancel_(std::move(cancel)), stream_(stream) {}

void Prompt::show(std::string_view text, Colour colour) {
    if (stream_ == Stream::error) {
        console_.err(text, colour);
    } else {
        console_.out({{std::string(text), {.colour = colour}}});
    }
}

void Prompt::say(std::string_view line) {
    show(fmt::format("{}\n", line));
}

void Prompt::ask(std::string_view question, std::string_view rest) {
    if (stream_ == Stream::error || !question.starts_with('\t')) {
        show(fmt::format("{}{}", question, rest));
        return;
    }
    console_.out({{"\t"}, {std::string(question.substr(1)), {.bold = true}}, {std::string(rest)}});
}

// Byte by byte: what follows may be for a program that we start.
std::optional<std::string> Prompt::read_line() {
    std::string line;
    while (true) {
        std::array<pollfd, 2> waits{
            pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{cancel_.descriptor(), POLLIN, 0}};
        if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) {
            return std::nullopt;
        }
        if (cancel_.cancelled()) {
            return std::nullopt;
        }
        if (waits[0].revents == 0) {
            continue;
        }
        char next = 0;
        const ssize_t count = ::read(STDIN_FILENO, &next, 1);
        if (count == 1 && next == '\n') {
            answered_ = true;
            return std::string(base::trim(line));
        }
        if (count == 1) {
            line += next;
        } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
            return std::nullopt;
        }
    }
}

std::optional<std::string> Prompt::text(std::string_view question, std::string_view fallback) {
    ask(question, fallback.empty() ? std::string(": ") : fmt::format(" [{}]: ", fallback));
    auto line = read_line();
    if (line && line->empty()) {
        return std::string(fallback);
    }
    return line;
}

std::optional<std::size_t> Prompt::choice(
    std::string_view question, std::string_view label, const std::vector<std::string>& choices) {
    show(fmt::format("{}\n", question));
    for (std::size_t i = 0; i < choices.size(); ++i) {
        show(fmt::format("\t{} - {}\n", i + 1, choices[i]));
    }
    while (true) {
        show(fmt::format("{}: ", label));
        const auto line = read_line();
        if (!line) {
            return std::nullopt;
        }
        std::size_t number = 0;
        std::from_chars(line->data(), line->data() + line->size(), number);
        if (number >= 1 && number <= choices.size()) {
            show("\n");
            return number - 1;
        }
        show(fmt::format("Write a number from 1 to {}.\n", choices.size()));
    }
}

std::optional<bool> Prompt::confirm(std::string_view question, bool fallback) {
    while (true) {
        ask(question, fallback ? " [Y/n]: " : " [y/N]: ");
        const auto line = read_line();
        if (!line) {
            return std::nullopt;
        }
        const std::string answer = base::to_lower(*line);
        if (answer == "y" || answer == "yes") {
            return true;
        }
        if (answer.empty()) {
            return fallback;
        }
        if (answer == "n" || answer == "no") {
            return false;
        }
        show("Write y or n.\n");
    }
}

std::optional<std::string> Prompt::secret(std::string_view question) {
    const HiddenInput hidden;
    while (true) {
        ask(question, ": ");
        auto line = read_line();
        show("\n");
        if (!line || !line->empty()) {
            return line;
        }
    }
}

} // namespace samara::cli
