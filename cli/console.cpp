#include "console.h"

#include <cerrno>
#include <cstdlib>

#include <fmt/format.h>

#include <unistd.h>

namespace samara::cli {

namespace {

constexpr std::string_view red = "\033[31m";
constexpr std::string_view yellow = "\033[33m";
constexpr std::string_view reset = "\033[0m";

// https://no-color.org
bool wants_colour() {
    const char* no_color =
        std::getenv("NO_COLOR"); // NOLINT(concurrency-mt-unsafe): before any thread starts
    return isatty(STDERR_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

/// So much may wait for a slow reader of stderr; then its writers wait too.
constexpr std::size_t most_pending = std::size_t{1} << 20U;

void write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return; // the reader has gone; there is nobody left to tell
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

} // namespace

Console::Console(bool debug) : debug_(debug), colour_(wants_colour()) {}

void Console::out(std::string_view text) {
    std::unique_lock lock(mutex_);
    drained_.wait(lock, [this] { return !writing_; });
    write_all(STDOUT_FILENO, text);
}

void Console::err(std::string_view text) {
    std::unique_lock lock(mutex_);
    drained_.wait(lock, [this] { return pending_.size() < most_pending || !writing_; });
    pending_ += text;
    if (writing_) {
        return;
    }
    writing_ = true;
    std::string batch;
    while (!pending_.empty()) {
        batch.clear();
        batch.swap(pending_);
        lock.unlock();
        write_all(STDERR_FILENO, batch);
        lock.lock();
    }
    writing_ = false;
    drained_.notify_all();
}

void Console::out_line(std::string_view line) {
    out(fmt::format("{}\n", line));
}

void Console::err_line(std::string_view line) {
    err(fmt::format("{}\n", line));
}

std::string Console::paint(std::string_view text, std::string_view colour) const {
    return colour_ ? fmt::format("{}{}{}", colour, text, reset) : std::string(text);
}

void Console::error(const base::Error& error) {
    err_line(fmt::format("{} {}", paint("Error:", red), to_string(error)));
}

void Console::diagnostics(const base::Diagnostics& diagnostics) {
    for (const base::Diagnostic& diagnostic : diagnostics) {
        if (diagnostic.severity == base::Severity::error) {
            error(diagnostic.error);
        } else {
            err_line(fmt::format("{} {}", paint("Warning:", yellow), to_string(diagnostic.error)));
        }
    }
}

base::Log Console::log() {
    return base::Log([this](base::LogLevel level, std::string_view line) {
        switch (level) {
        case base::LogLevel::debug:
            if (debug_) {
                err_line(line);
            }
            break;
        case base::LogLevel::info:
            err_line(line);
            break;
        case base::LogLevel::warning:
            err_line(fmt::format("{} {}", paint("Warning:", yellow), line));
            break;
        case base::LogLevel::error:
            err_line(fmt::format("{} {}", paint("Error:", red), line));
            break;
        }
    });
}

} // namespace samara::cli
