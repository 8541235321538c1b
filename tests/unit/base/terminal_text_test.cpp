#include "base/terminal_text.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace samara::base {
namespace {

struct Case {
    std::string bytes;
    std::string shown;
};

TEST(TerminalText, ShowsWhatATerminalWouldObey) {
    const std::vector<Case> cases{
        {"plain text, a\ttab\nand a line", "plain text, a\ttab\nand a line"},
        {"Grüße, 世界, 🎉", "Grüße, 世界, 🎉"},
        {"windows\r\nlines", "windows\nlines"},
        // Cursor, screen, title, clipboard, hyperlink, device reports, character sets.
        {"\x1b[2J\x1b[1;1H", "^[[2J^[[1;1H"},
        {"\x1b[1A\x1b[2K", "^[[1A^[[2K"},
        {"\x1b]0;title\x07", "^[]0;title^G"},
        {"\x1b]52;c;cm0gLXJmIC8=\x1b\\", "^[]52;c;cm0gLXJmIC8=^[\\"},
        {"\x1b]8;;http://x\x1b\\", "^[]8;;http://x^[\\"},
        {"\x1bP$q\"p\x1b\\", "^[P$q\"p^[\\"},
        {"\x1b[6n\x1b[c", "^[[6n^[[c"},
        {"\x1b(0\x0e", "^[(0^N"},
        {"\x1b"
         "c",
         "^[c"},
        {"100%\rdone", "100%^Mdone"},
        {"ab\b\b\x7f\v\f", "ab^H^H^?^K^L"},
        {std::string("a\0b", 3), "a^@b"},
        // The same in one byte, and in UTF-8.
        {"\x9b"
         "2J",
         "\\x9b2J"},
        {"\xc2\x9b"
         "2J\xc2\x9d"
         "0;x\xc2\x9c",
         "\\u009b2J\\u009d0;x\\u009c"},
        // What is not UTF-8: cut off, overlong, never.
        {"caf\xe9 noir", "caf\\xe9 noir"},
        {"\xe4\xb8", "\\xe4\\xb8"},
        {"\xc1\x9b\xe0\x82\x9b\xf0\x80\x82\x9b\xff",
         "\\xc1\\x9b\\xe0\\x82\\x9b\\xf0\\x80\\x82\\x9b\\xff"},
        // The first and the last of each length.
        {"\xc2\xa0\xdf\xbf", "\xc2\xa0\xdf\xbf"},
        {"\xc2\x80\xc2\x9f", "\\u0080\\u009f"},
        {"\xe0\xa0\x80\xef\xbf\xbf", "\xe0\xa0\x80\xef\xbf\xbf"},
        {"\xe0\x9f\xbf", "\\xe0\\x9f\\xbf"},
        {"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"},
        {"\xf0\x8f\xbf\xbf\xf5\x80\x80\x80", "\\xf0\\x8f\\xbf\\xbf\\xf5\\x80\\x80\\x80"},
        {" ~\x1f\x7f", " ~^_^?"},
        // Colours are for the logs of functions.
        {"\x1b[31mred\x1b[0m", "^[[31mred^[[0m"},
    };
    for (const Case& one : cases) {
        EXPECT_EQ(terminal_text(one.bytes), one.shown);
    }
}

std::string with_colours(const std::vector<std::string>& pieces, bool* coloured = nullptr) {
    TerminalFilter filter(Colours::keep);
    std::string out;
    for (const std::string& piece : pieces) {
        filter.append(out, piece);
    }
    filter.flush(out);
    if (coloured != nullptr) {
        *coloured = filter.coloured();
    }
    return out;
}

TEST(TerminalText, KeepsColoursButNothingThatHides) {
    for (const char* kept :
         {"\x1b[31mred\x1b[0m",
          "\x1b[m",
          "\x1b[1;38;5;208;4mx",
          "\x1b[38;2;8;8;8m",
          "\x1b[38;5;8m",
          "\x1b[97;101m"}) {
        EXPECT_EQ(with_colours({kept}), kept);
    }
    EXPECT_EQ(with_colours({"\x1b[8mhidden"}), "^[[8mhidden");
    EXPECT_EQ(with_colours({"\x1b[0;08mhidden"}), "^[[0;08mhidden");
    EXPECT_EQ(with_colours({"\x1b[38;9;8m"}), "^[[38;9;8m");
    EXPECT_EQ(with_colours({"\x1b[38;5;1;8m"}), "^[[38;5;1;8m");
    EXPECT_EQ(with_colours({"\x1b[48;2;1;1;1;8m"}), "^[[48;2;1;1;1;8m");
    EXPECT_EQ(with_colours({"\x1b[38m"}), "\x1b[38m");
    EXPECT_EQ(with_colours({"\x1b[31K\x1b[?25l\x1b[>4;2m"}), "^[[31K^[[?25l^[[>4;2m");
    for (const std::size_t digits : {60UL, 61UL, 62UL, 100UL}) { // 64 bytes and the 'm'
        const std::string rest = "[" + std::string(digits, '1') + "m";
        EXPECT_EQ(with_colours({"\x1b" + rest}), (digits < 62 ? "\x1b" : "^[") + rest) << digits;
    }
}

TEST(TerminalText, KnowsWhetherColoursAreLeftOn) {
    bool coloured = false;
    with_colours({"\x1b[31mred"}, &coloured);
    EXPECT_TRUE(coloured);
    with_colours({"\x1b[31mred\x1b[0m"}, &coloured);
    EXPECT_FALSE(coloured);
}

// A stream is the same wherever it is cut.
TEST(TerminalText, WaitsForTheRestOfWhatIsCut) {
    const std::string all = "a\x1b[31mü\x1b[2J\r\n\r\xc2\x9b\xe4\xb8\x96\x1b[8;1mz\x1b]0;x\x07";
    const std::string whole = with_colours({all});
    for (std::size_t first = 0; first <= all.size(); ++first) {
        for (std::size_t second = first; second <= all.size(); ++second) {
            EXPECT_EQ(
                with_colours(
                    {all.substr(0, first), all.substr(first, second - first), all.substr(second)}),
                whole);
        }
    }
    EXPECT_EQ(with_colours({"\x1b[3"}), "^[[3");
    EXPECT_EQ(with_colours({"\xe4\xb8"}), "\\xe4\\xb8");
    EXPECT_EQ(with_colours({"10%\r"}), "10%^M");
}

} // namespace
} // namespace samara::base
