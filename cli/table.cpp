#include "table.h"

#include "base/strings.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

namespace samara::cli {

namespace {

/// COLUMNS, else the terminal's, else 80; narrower ones are no good for tables.
std::size_t width_of_lines() {
    constexpr std::size_t least = 100;
    std::size_t width = 0;
    const char* given = std::getenv("COLUMNS"); // NOLINT(concurrency-mt-unsafe): nobody sets it
    if (given != nullptr) {
        const std::string_view text(given);
        std::from_chars(text.data(), text.data() + text.size(), width);
    }
    winsize size{};
    if (width == 0 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        width = size.ws_col;
    }
    return std::max(width, least);
}

std::size_t length(std::string_view text) {
    return base::code_points(text).size();
}

std::string padded(std::string text, std::size_t width) {
    const std::size_t has = length(text);
    return has < width ? text + std::string(width - has, ' ') : text;
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (static_cast<unsigned char>(c) & 0x80U) != 0;
}

bool is_in_words(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') ||
           std::string_view("_!\"'&.,?").find(c) != std::string_view::npos;
}

/// Whether a line may end after the hyphen: "ab-" or "a-b-" before it, "cd" or "c-d" behind it.
bool breaks_after(std::string_view text, std::size_t hyphen) {
    const auto at = [text](std::size_t i) { return i < text.size() ? text[i] : '\0'; };
    if (at(hyphen) != '-' || hyphen < 2) {
        return false;
    }
    const bool ends_word = is_letter(at(hyphen - 1)) && is_letter(at(hyphen - 2));
    const bool ends_letter = is_in_words(at(hyphen - 1)) && at(hyphen - 2) == '-' && hyphen >= 3 &&
                             is_letter(at(hyphen - 3));
    const std::size_t second = at(hyphen + 2) == '-' ? hyphen + 3 : hyphen + 2;
    return (ends_word || ends_letter) && is_letter(at(hyphen + 1)) && is_letter(at(second));
}

/// Runs of blanks, and words or the parts of them that hyphens end.
std::vector<std::string> chunks_of(std::string_view text) {
    std::vector<std::string> chunks;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        if (is_blank(text[i])) {
            while (end < text.size() && is_blank(text[end])) {
                ++end;
            }
            chunks.emplace_back(end - i, ' ');
        } else {
            do {
                ++end;
            } while (end < text.size() && !is_blank(text[end]) && !breaks_after(text, end - 1));
            chunks.emplace_back(text.substr(i, end - i));
        }
        i = end;
    }
    return chunks;
}

/// The first `count` characters of the text, taken out of it; fewer where a hyphen is among them.
std::string take_characters(std::string& text, std::size_t count) {
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
        if (begins && count-- == 0) {
            break;
        }
    }
    const std::size_t hyphen = at == 0 ? std::string::npos : text.rfind('-', at - 1);
    if (hyphen != std::string::npos && text.find_first_not_of('-') < hyphen) {
        at = hyphen + 1;
    }
    std::string taken = text.substr(0, at);
    text.erase(0, at);
    return taken;
}

} // namespace

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
    std::vector<std::string> chunks = chunks_of(text);
    std::reverse(chunks.begin(), chunks.end());
    std::vector<std::string> lines;
    while (!chunks.empty()) {
        if (!lines.empty() && chunks.back().front() == ' ') {
            chunks.pop_back();
            continue;
        }
        std::vector<std::string> line;
        std::size_t used = 0;
        while (!chunks.empty() && used + length(chunks.back()) <= width) {
            used += length(chunks.back());
            line.push_back(std::move(chunks.back()));
            chunks.pop_back();
        }
        if (!chunks.empty() && length(chunks.back()) > width) {
            line.push_back(take_characters(chunks.back(), width - used));
        }
        if (!line.empty() && line.back().find_first_not_of(' ') == std::string::npos) {
            line.pop_back();
        }
        if (!line.empty()) {
            lines.push_back(base::join(line, ""));
        }
    }
    return lines;
}

Table::Table(Console& console, std::string_view title, std::vector<std::string> columns)
    : console_(console), columns_(columns.size()) {
    const std::size_t width = width_of_lines();
    constexpr std::size_t margin = 3;
    usable_ = width - width % columns_ - margin;
    console_.out({{std::string(title) + "\n", {.bold = true}}});
    console_.out_line(rule());
    console_.out_line(line(columns));
    console_.out({{rule() + "\n", {.colour = Colour::yellow}}});
}

std::string Table::rule() const {
    return std::string(usable_, '-');
}

std::string Table::line(const std::vector<std::string>& cells) const {
    const std::size_t column = usable_ / columns_;
    std::string text;
    for (std::size_t i = 0; i < columns_; ++i) {
        const bool last = i + 1 == columns_;
        text += padded(cells[i], last ? column - 1 : column) + (last ? "" : " ");
    }
    return text;
}

void Table::row(const std::vector<std::string>& cells, Colour colour) {
    constexpr std::size_t gap = 2;
    const std::size_t column = usable_ / columns_;
    std::vector<std::vector<std::string>> wrapped;
    std::size_t height = 0;
    for (const std::string& cell : cells) {
        wrapped.push_back(wrap(cell, column - gap));
        height = std::max(height, wrapped.back().size());
    }
    for (std::size_t i = 0; i < height; ++i) {
        std::vector<std::string> parts;
        for (const auto& lines : wrapped) {
            parts.push_back(i < lines.size() ? lines[i] : std::string());
        }
        console_.out({{line(parts) + "\n", {.colour = colour}}});
    }
}

void Table::end() {
    console_.out({{rule() + "\n", {.colour = Colour::yellow}}});
    console_.out("\n");
}

} // namespace samara::cli
