#pragma once

#include "base/error.h"
#include "base/log.h"
#include "base/terminal_text.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

/// The two streams of the program: results on stdout, everything else on stderr.
namespace samara::cli {

enum class Colour : std::uint8_t { none, red, green, yellow, cyan };

/// How a piece of a result looks on a terminal that shows colours; a pipe or file gets the text.
struct Style {
    Colour colour = Colour::none;
    bool bold = false;
    bool underlined = false;
};

struct Piece {
    std::string text;
    Style style = {};
};

/// How much of what is being done is told.
enum class Verbosity : std::uint8_t { quiet, usual, debug };

/// Thread-safe: lines of several threads do not mix. A thread that finds another one writing to
/// stderr leaves its lines to that one and goes on: requests do not wait for each other's log.
///
/// A terminal gets no control character of others, see base::TerminalFilter; a pipe or file gets
/// every byte as it is.
class Console {
public:
    explicit Console(Verbosity verbosity);

    void set(Verbosity verbosity) { verbosity_ = verbosity; }

    /// A result, as it is. What was written to stderr before comes out before.
    void out(std::string_view text);

    /// A result of which parts are coloured.
    void out(const std::vector<Piece>& pieces);

    /// Whether stderr is a terminal on which lines can be written again.
    [[nodiscard]] bool is_live() const { return live_able_; }

    /// Lines below all that is on stderr, in place of those of the last call; cut to the width of
    /// the terminal. Only where is_live().
    void live(const std::vector<std::string>& lines);

    /// Text for the user on stderr; out_line and err_line add the line end.
    void err(std::string_view text);
    void err(std::string_view text, Colour colour);
    void out_line(std::string_view line);
    void err_line(std::string_view line);

    /// What functions write, in pieces: they may colour it.
    void function_output(std::string_view bytes);

    /// "Error: template.yaml:12:7: ..." with the hint below.
    void error(const base::Error& error);
    void diagnostics(const base::Diagnostics& diagnostics);

    /// A log that writes to stderr; debug lines only when asked for, with the time since the start.
    /// Must not outlive the console.
    base::Log log();

    /// Output could not be written: told once, and the program fails in the end.
    void output_failed(std::string_view what, int error_number);

    /// The exit code, which is a failure when output could not be written. A pipe that was closed
    /// at its other end is none: who closed it has seen enough.
    [[nodiscard]] int exit_code(int code);

private:
    /// What may be written to stderr: only made of text that was looked at, and of our own colours.
    class Rendered;

    void labelled(std::string_view label, Colour colour, std::string_view line);
    void write(const Rendered& rendered);
    void write_out(std::string_view bytes);
    void drain(std::unique_lock<std::mutex>& lock);
    void erase_live();

    std::mutex mutex_;
    std::condition_variable drained_;
    std::string pending_; // for stderr
    base::TerminalFilter functions_{base::Colours::keep};
    bool writing_ = false;
    bool failed_ = false;
    Verbosity verbosity_;
    bool colour_;
    bool out_colour_;
    bool out_is_terminal_;
    bool err_is_terminal_;
    bool live_able_;
    std::vector<std::string> live_; // what is shown now, as it is written
};

} // namespace samara::cli
