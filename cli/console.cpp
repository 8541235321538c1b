#include "console.h"

#include "terminal.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include <unistd.h>

namespace samara::cli {

namespace {

constexpr std::string_view reset = "\033[0m";

std::string_view begin_of(Colour colour) {
    static constexpr std::array<std::string_view, 5> codes{
        "", "\033[31m", "\033[32m", "\033[33m", "\033[36m"};
    return codes.at(static_cast<std::size_t>(colour));
}

// At most `width` characters; never half of one.
std::string cut(std::string text, std::size_t width) {
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
        if (begins && characters++ == width) {
            text.resize(i);
        }
    }
    return text;
}

/// So much may wait for a slow reader of stderr; then its writers wait too.
constexpr std::size_t most_pending = std::size_t{1} << 20U;

/// 0, or errno.
int write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return errno;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
}

std::string debug_line(std::string_view line) {
    static const auto begin = std::chrono::steady_clock::now();
    const std::chrono::duration<double> since = std::chrono::steady_clock::now() - begin;
    return fmt::format("[{:8.3f} s] {}", since.count(), line);
}

} // namespace

class Console::Rendered {
public:
    explicit Rendered(const Console& console) : console_(console) {}

    Rendered& text(std::string_view text) {
        text_ += console_.err_is_terminal_ ? base::terminal_text(text) : std::string(text);
        return *this;
    }

    Rendered& label(std::string_view text, Colour colour) {
        text_ += console_.colour_ ? fmt::format("{}{}{}", begin_of(colour), text, reset)
                                  : std::string(text);
        return *this;
    }

    [[nodiscard]] const std::string& bytes() const { return text_; }

private:
    const Console& console_;
    std::string text_;
};

Console::Console(Verbosity verbosity)
    : verbosity_(verbosity), colour_(wants_colour(STDERR_FILENO)),
      out_colour_(wants_colour(STDOUT_FILENO)), out_is_terminal_(isatty(STDOUT_FILENO) == 1),
      err_is_terminal_(isatty(STDERR_FILENO) == 1), live_able_(can_move_cursor(STDERR_FILENO)) {}

void Console::out(std::string_view text) {
    write_out(out_is_terminal_ ? base::terminal_text(text) : std::string(text));
}

void Console::out(const std::vector<Piece>& pieces) {
    std::string bytes;
    for (const Piece& piece : pieces) {
        std::string begin(begin_of(piece.style.colour));
        begin += piece.style.bold ? "\033[1m" : "";
        begin += piece.style.underlined ? "\033[4m" : "";
        const bool styled = out_colour_ && !begin.empty();
        bytes += styled ? begin : "";
        bytes += out_is_terminal_ ? base::terminal_text(piece.text) : piece.text;
        bytes += styled ? reset : "";
    }
    write_out(bytes);
}

void Console::write_out(std::string_view bytes) {
    write(Rendered(*this)); // ends a function's colours
    std::unique_lock lock(mutex_);
    drained_.wait(lock, [this] { return !writing_; });
    const int failure = write_all(STDOUT_FILENO, bytes);
    lock.unlock();
    if (failure != 0) {
        output_failed("standard output", failure);
    }
}

void Console::err(std::string_view text) {
    write(Rendered(*this).text(text));
}

void Console::err(std::string_view text, Colour colour) {
    write(Rendered(*this).label(
        err_is_terminal_ ? base::terminal_text(text) : std::string(text), colour));
}

void Console::out_line(std::string_view line) {
    out(fmt::format("{}\n", line));
}

void Console::err_line(std::string_view line) {
    write(Rendered(*this).text(line).text("\n"));
}

void Console::labelled(std::string_view label, Colour colour, std::string_view line) {
    write(Rendered(*this).label(label, colour).text(" ").text(line).text("\n"));
}

void Console::function_output(std::string_view bytes) {
    std::unique_lock lock(mutex_);
    drained_.wait(lock, [this] { return pending_.size() < most_pending || !writing_; });
    if (err_is_terminal_) {
        functions_.append(pending_, bytes);
    } else {
        pending_ += bytes;
    }
    drain(lock);
}

void Console::write(const Rendered& rendered) {
    std::unique_lock lock(mutex_);
    drained_.wait(lock, [this] { return pending_.size() < most_pending || !writing_; });
    erase_live();
    functions_.flush(pending_);
    if (functions_.coloured()) {
        pending_ += reset; // a function's colours end where its text does
        functions_.forget_colours();
    }
    pending_ += rendered.bytes();
    for (const std::string& line : live_) {
        pending_ += line;
    }
    drain(lock);
}

void Console::erase_live() {
    for (std::size_t i = 0; i < live_.size(); ++i) {
        pending_ += "\033[1A\033[2K"; // one line up, and nothing on it
    }
}

void Console::live(const std::vector<std::string>& lines) {
    std::vector<std::string> shown;
    constexpr std::size_t usual = 80;
    const std::size_t width = terminal_width(STDERR_FILENO).value_or(usual) - 1;
    for (const std::string& line : lines) {
        shown.push_back(cut(base::terminal_text(line), width) + "\n");
    }
    std::unique_lock lock(mutex_);
    if (!live_able_ || shown == live_) {
        return;
    }
    erase_live();
    live_ = std::move(shown);
    for (const std::string& line : live_) {
        pending_ += line;
    }
    drain(lock);
}

void Console::drain(std::unique_lock<std::mutex>& lock) {
    if (writing_) {
        return;
    }
    writing_ = true;
    std::string batch;
    while (!pending_.empty()) {
        batch.clear();
        batch.swap(pending_);
        lock.unlock();
        const int failure = write_all(STDERR_FILENO, batch);
        lock.lock();
        failed_ = failed_ || (failure != 0 && failure != EPIPE); // and nowhere to tell it
    }
    writing_ = false;
    drained_.notify_all();
}

void Console::error(const base::Error& error) {
    labelled("Error:", Colour::red, to_string(error));
}

void Console::diagnostics(const base::Diagnostics& diagnostics) {
    for (const base::Diagnostic& diagnostic : diagnostics) {
        if (diagnostic.severity == base::Severity::error) {
            error(diagnostic.error);
        } else {
            labelled("Warning:", Colour::yellow, to_string(diagnostic.error));
        }
    }
}

base::Log Console::log() {
    return base::Log([this](base::LogLevel level, std::string_view line) {
        switch (level) {
        case base::LogLevel::debug:
            if (verbosity_ == Verbosity::debug) {
                err_line(debug_line(line));
            }
            break;
        case base::LogLevel::info:
            if (verbosity_ != Verbosity::quiet) {
                err_line(line);
            }
            break;
        case base::LogLevel::warning:
            labelled("Warning:", Colour::yellow, line);
            break;
        case base::LogLevel::error:
            labelled("Error:", Colour::red, line);
            break;
        }
    });
}

void Console::output_failed(std::string_view what, int error_number) {
    if (error_number == EPIPE) {
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(failed_, true)) {
            return;
        }
    }
    labelled(
        "Error:",
        Colour::red,
        fmt::format(
            "cannot write {}: {}",
            what,
            std::strerror(error_number))); // NOLINT(concurrency-mt-unsafe): a table in glibc
}

int Console::exit_code(int code) {
    write(Rendered(*this)); // ends a function's colours
    const std::lock_guard lock(mutex_);
    return failed_ && code == 0 ? 1 : code;
}

} // namespace samara::cli
