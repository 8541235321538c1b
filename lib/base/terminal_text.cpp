#include "base/terminal_text.h"

#include "base/strings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace samara::base {

namespace {

constexpr char escape = '\x1b';
constexpr unsigned char del = 0x7f;
constexpr unsigned char first_non_ascii = 0x80;
/// A longer sequence is no colour.
constexpr std::size_t longest_sequence = 64;

bool is_harmless(unsigned char byte) {
    return (byte >= ' ' && byte < del) || byte == '\n' || byte == '\t';
}

bool is_continuation(unsigned char byte) {
    return (byte & 0xc0U) == 0x80U;
}

/// Length of the character that begins with this byte, 0 when none does.
std::size_t utf8_length(unsigned char first) {
    if (first >= 0xc2 && first <= 0xdf) {
        return 2;
    }
    if (first >= 0xe0 && first <= 0xef) {
        return 3;
    }
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

void show_byte(std::string& out, unsigned char byte) {
    if (byte < ' ') {
        out += '^';
        out += static_cast<char>(byte + '@');
    } else if (byte == del) {
        out += "^?";
    } else {
        fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    }
}

/// A character of two to four bytes. C1 controls are characters too, which some terminals obey.
std::size_t take_character(std::string& out, std::string_view text, std::size_t length) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const bool whole =
        length != 0 &&
        std::all_of(text.begin() + 1, text.begin() + static_cast<long>(length), [](char c) {
            return is_continuation(static_cast<unsigned char>(c));
        });
    const bool overlong =
        length > 2 && ((byte(0) == 0xe0 && byte(1) < 0xa0) || (byte(0) == 0xf0 && byte(1) < 0x90));
    if (!whole || overlong) {
        show_byte(out, byte(0));
        return 1;
    }
    if (byte(0) == 0xc2 && byte(1) < 0xa0) {
        fmt::format_to(std::back_inserter(out), "\\u00{:02x}", byte(1));
    } else {
        out += text.substr(0, length);
    }
    return length;
}

/// The numbers of an SGR as they are obeyed: those that only choose an extended colour are left
/// out.
std::vector<int> sgr_codes(std::string_view parameters) {
    constexpr std::array<int, 2> extended{38, 48};
    constexpr int by_number = 5;
    constexpr int by_parts = 2;
    std::vector<int> given;
    for (const std::string_view one : split(parameters, ';')) {
        given.push_back(0);
        std::from_chars(one.data(), one.data() + one.size(), given.back());
    }
    std::vector<int> codes;
    for (std::size_t i = 0; i < given.size(); ++i) {
        codes.push_back(given[i]);
        if (i + 1 < given.size() &&
            std::find(extended.begin(), extended.end(), given[i]) != extended.end()) {
            i += given[i + 1] == by_number ? 2U : given[i + 1] == by_parts ? 4U : 0U;
        }
    }
    return codes;
}

struct Sequence {
    std::size_t length = 0; ///< 0: not whole yet
    bool paints = false;
    bool resets = false;
};

/// ESC [ digits ; ... m at the beginning of `text`, which begins with ESC. Nothing when it is
/// another sequence.
std::optional<Sequence> read_colour(std::string_view text) {
    if (text.size() > 1 && text[1] != '[') {
        return std::nullopt;
    }
    const std::size_t end = text.find_first_not_of("0123456789;", 2);
    if (text.size() < 2 || end == std::string_view::npos) {
        return text.size() < longest_sequence ? std::optional(Sequence()) : std::nullopt;
    }
    if (text[end] != 'm' || end >= longest_sequence) {
        return std::nullopt;
    }
    constexpr int conceal = 8;
    const std::vector<int> codes = sgr_codes(text.substr(2, end - 2));
    return Sequence{
        end + 1,
        std::find(codes.begin(), codes.end(), conceal) == codes.end(),
        codes.empty() || codes.back() == 0};
}

} // namespace

/// How much of `bytes`, which begin with no plain character, was taken; 0: the rest is not there
/// yet.
std::size_t TerminalFilter::take_special(std::string& out, std::string_view bytes) {
    const auto first = static_cast<unsigned char>(bytes.front());
    if (bytes.front() == '\r') {
        if (bytes.size() == 1) {
            return 0;
        }
        out += bytes[1] == '\n' ? "" : "^M";
        return 1;
    }
    if (bytes.front() == escape && colours_ == Colours::keep) {
        const std::optional<Sequence> colour = read_colour(bytes);
        if (colour && colour->length == 0) {
            return 0;
        }
        if (colour && colour->paints) {
            out += bytes.substr(0, colour->length);
            coloured_ = !colour->resets;
            return colour->length;
        }
    }
    if (first >= first_non_ascii) {
        const std::size_t length = utf8_length(first);
        return length > bytes.size() ? 0 : take_character(out, bytes, length);
    }
    show_byte(out, first);
    return 1;
}

void TerminalFilter::append(std::string& out, std::string_view bytes) {
    std::string joined;
    if (!rest_.empty()) {
        joined = std::exchange(rest_, {}).append(bytes);
        bytes = joined;
    }
    while (true) {
        const auto* const special = std::find_if_not(bytes.begin(), bytes.end(), [](char c) {
            return is_harmless(static_cast<unsigned char>(c));
        });
        const auto plain = static_cast<std::size_t>(special - bytes.begin());
        out += bytes.substr(0, plain);
        bytes.remove_prefix(plain);
        if (bytes.empty()) {
            return;
        }
        const std::size_t taken = take_special(out, bytes);
        if (taken == 0) {
            rest_ = bytes;
            return;
        }
        bytes.remove_prefix(taken);
    }
}

void TerminalFilter::flush(std::string& out) {
    for (const char byte : std::exchange(rest_, {})) {
        if (is_harmless(static_cast<unsigned char>(byte))) {
            out += byte;
        } else {
            show_byte(out, static_cast<unsigned char>(byte));
        }
    }
}

std::string terminal_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    TerminalFilter filter(Colours::none);
    filter.append(out, text);
    filter.flush(out);
    return out;
}

} // namespace samara::base
