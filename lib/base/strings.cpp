#include "base/strings.h"

#include "base/utf8.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace samara::base {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Optimal string alignment distance: insert, delete, replace, swap neighbours.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> previous(b.size() + 1);
    std::vector<std::size_t> current(b.size() + 1);
    std::iota(previous.begin(), previous.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t cost = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
            current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost});
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1])) {
                current[j] = std::min(current[j], before[j - 2] + 1);
            }
        }
        before.swap(previous);
        previous.swap(current);
    }
    return previous[b.size()];
}

// How much both begin with up to a colon or a blank: "Fn::" of "Fn::Env" and "Fn::And" is no
// likeness, nor is "local " of two commands.
std::size_t shared_namespace(std::string_view a, std::string_view b) {
    const auto [end, ignored] =
        std::mismatch(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
            return lower(x) == lower(y);
        });
    const std::string_view shared(a.begin(), end);
    const std::size_t end_of_it = shared.find_last_of(": ");
    return end_of_it == std::string_view::npos ? 0 : end_of_it + 1;
}

// Length of the well-formed UTF-8 sequence at the start of `bytes`, 0 when there is none.
std::size_t sequence_length(std::string_view bytes) {
    const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
    const auto continues = [&](std::size_t i, std::uint8_t low = 0x80, std::uint8_t high = 0xBF) {
        return i < bytes.size() && at(i) >= low && at(i) <= high;
    };
    const std::uint8_t lead = at(0);
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return continues(1) ? 2 : 0;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        const std::uint8_t low = lead == 0xE0 ? 0xA0 : 0x80;
        const std::uint8_t high = lead == 0xED ? 0x9F : 0xBF; // surrogates are not characters
        return continues(1, low, high) && continues(2) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const std::uint8_t low = lead == 0xF0 ? 0x90 : 0x80;
        const std::uint8_t high = lead == 0xF4 ? 0x8F : 0xBF;
        return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

} // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> pieces;
    while (true) {
        const std::size_t end = text.find(separator);
        pieces.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            return pieces;
        }
        text.remove_prefix(end + 1);
    }
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string to_upper(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    return out;
}

std::string to_lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), lower);
    return result;
}

std::string join(const std::vector<std::string>& pieces, std::string_view separator) {
    std::string result;
    for (const std::string& piece : pieces) {
        if (&piece != &pieces.front()) {
            result += separator;
        }
        result += piece;
    }
    return result;
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
    std::string result;
    while (true) {
        const std::size_t found = text.find(from);
        result += text.substr(0, found);
        if (found == std::string_view::npos) {
            return result;
        }
        result += to;
        text.remove_prefix(found + from.size());
    }
}

bool is_utf8(std::string_view bytes, std::size_t* bad_offset) {
    for (std::size_t i = 0; i < bytes.size();) {
        if (i + EightBytes::size <= bytes.size() && EightBytes(bytes.data() + i).ascii()) {
            i += EightBytes::size;
            continue;
        }
        const std::size_t length = sequence_length(bytes.substr(i));
        if (length == 0) {
            if (bad_offset != nullptr) {
                *bad_offset = i;
            }
            return false;
        }
        i += length;
    }
    return true;
}

std::string to_utf8(std::string bytes) {
    constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD
    std::size_t bad = 0;
    if (is_utf8(bytes, &bad)) {
        return bytes;
    }
    std::string text;
    std::string_view rest = bytes;
    do {
        text += rest.substr(0, bad);
        text += replacement;
        rest.remove_prefix(bad + 1);
    } while (!is_utf8(rest, &bad));
    return text.append(rest);
}

std::string_view nearest(std::string_view name, const std::vector<std::string_view>& candidates) {
    std::size_t best_distance = std::string_view::npos;
    std::string_view best;
    for (const std::string_view candidate : candidates) {
        // A third of the letters may be wrong: "Handlr" finds "Handler", "Foo" finds nothing.
        const std::size_t own = name.size() - shared_namespace(name, candidate);
        const std::size_t d = distance(name, candidate);
        if (d < best_distance && d <= std::max<std::size_t>(1, own / 3)) {
            best_distance = d;
            best = candidate;
        }
    }
    return best;
}

std::vector<std::uint32_t> code_points(std::string_view text) {
    std::vector<std::uint32_t> points;
    points.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const auto [point, step] = code_point_at(text, i);
        points.push_back(point);
        i += step;
    }
    return points;
}

} // namespace samara::base
