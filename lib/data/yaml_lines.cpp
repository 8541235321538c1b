#include "data/yaml_lines.h"

#include "base/strings.h"

#include <algorithm>
#include <optional>

namespace samara::data {

namespace {

bool opens_block(std::string_view line) {
    const std::string_view text = base::trim(line.substr(0, line.find(" #")));
    const std::size_t mark = text.find_last_not_of("+-0123456789");
    return mark != std::string_view::npos && (text[mark] == '|' || text[mark] == '>') &&
           (mark == 0 || text[mark - 1] == ' ');
}

} // namespace

std::size_t indent_of(std::string_view line) {
    return std::min(line.find_first_not_of(' '), line.size());
}

bool is_content(std::string_view line) {
    const std::size_t first = line.find_first_not_of(yaml_blanks);
    return first != std::string_view::npos && line[first] != '#';
}

std::string without_blocks(std::string_view text) {
    std::string result;
    std::optional<std::size_t> parent; // indentation of the line that opens the block
    std::size_t own = 0;               // of the block's first line
    for (const std::string_view line : base::split(text, '\n')) {
        const std::size_t indent = indent_of(line);
        const bool empty = indent == line.size();
        if (parent && !empty && own == 0) {
            own = indent > *parent ? indent : 0;
            parent = own == 0 ? std::nullopt : parent;
        }
        if (parent && !empty && indent < own) {
            parent.reset();
        }
        result += parent ? std::string_view() : line;
        result += '\n';
        if (!parent && opens_block(line)) {
            parent = indent;
            own = 0;
        }
    }
    result.pop_back();
    return result;
}

std::string without_texts(std::string_view text) {
    std::string result(text);
    char quote = 0;
    for (std::size_t i = 0; i < result.size(); ++i) {
        const char c = result[i];
        const char before = i == 0 ? '\n' : text[i - 1];
        if (quote != 0) {
            if (c == '\\' && quote == '"' && i + 1 < result.size()) {
                result[i] = ' ';
                result[++i] = ' ';
                continue;
            }
            quote = c == quote ? '\0' : quote;
            result[i] = c == '\n' ? c : ' ';
        } else if (
            (c == '"' || c == '\'') &&
            std::string_view(" \t\n[{,:(").find(before) != std::string_view::npos) {
            quote = c;
            result[i] = ' ';
        } else if (c == '#' && (before == ' ' || before == '\t' || before == '\n')) {
            while (i < result.size() && result[i] != '\n') {
                result[i++] = ' ';
            }
        }
    }
    return result;
}

} // namespace samara::data
