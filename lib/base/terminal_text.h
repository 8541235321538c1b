#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Text of others (handlers, templates, tools, clients) for a terminal, which shows it and obeys
/// nothing in it: a log line must neither move the cursor, nor set the title, nor fill the
/// clipboard.
namespace samara::base {

/// Whether colours and weights (SGR) of the text are kept; what hides text (conceal) never is.
enum class Colours : std::uint8_t { none, keep };

/// Turns a stream of bytes into what a terminal may get. Control characters become visible
/// ("^[" for ESC, "\x9b", "\u009b"); line ends and tabs stay. A sequence or a character of UTF-8
/// that is cut off at the end of the bytes waits for the rest.
class TerminalFilter {
public:
    explicit TerminalFilter(Colours colours) : colours_(colours) {}

    void append(std::string& out, std::string_view bytes);

    /// What waits for a rest that does not come.
    void flush(std::string& out);

    /// Whether colours that the text has set are still on.
    [[nodiscard]] bool coloured() const { return coloured_; }

    /// For who has turned them off.
    void forget_colours() { coloured_ = false; }

private:
    std::size_t take_special(std::string& out, std::string_view bytes);

    Colours colours_;
    bool coloured_ = false;
    std::string rest_;
};

/// All of a text at once, without colours.
std::string terminal_text(std::string_view text);

} // namespace samara::base
