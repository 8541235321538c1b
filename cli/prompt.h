#pragma once

#include "base/error.h"
#include "console.h"
#include "os/cancellation.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Questions to the one who sits before the terminal.
namespace samara::cli {

/// Asks on standard output, or where the result goes there on standard error; reads answers from
/// standard input. An answer that is none is asked for
/// again. Nothing comes back when there are no more answers: end of input, or Ctrl-C.
class Prompt {
public:
    enum class Stream : std::uint8_t { output, error };

    /// Until this is cancelled.
    Prompt(Console& console, os::Cancellation cancel, Stream stream = Stream::output);

    /// A line; empty takes `fallback`.
    std::optional<std::string> text(std::string_view question, std::string_view fallback);

    /// The index of the choice: answered by its number, after "LABEL: ".
    std::optional<std::size_t> choice(
        std::string_view question, std::string_view label, const std::vector<std::string>& choices);

    /// y or N; empty takes `fallback`.
    std::optional<bool> confirm(std::string_view question, bool fallback = false);

    /// A line that is not shown while it is written; empty is asked again.
    std::optional<std::string> secret(std::string_view question);

    /// Text for the one who answers, and a line of it.
    void show(std::string_view text, Colour colour = Colour::none);
    void say(std::string_view line);

    /// Whether anything was answered so far.
    [[nodiscard]] bool answered() const { return answered_; }

private:
    /// The question, bold where it is a label behind a tab, and what follows it.
    void ask(std::string_view question, std::string_view rest);
    std::optional<std::string> read_line();

    Console& console_;
    os::Cancellation cancel_;
    Stream stream_;
    bool answered_ = false;
};

} // namespace samara::cli
