#include "data/yaml_explain.h"

#include "base/strings.h"
#include "data/yaml_lines.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace samara::data {

namespace {

class Explanation {
public:
    Explanation(std::string_view text, std::size_t line, std::size_t column = 1)
        : text_(without_blocks(text)), lines_(base::split(text_, '\n')),
          line_(std::min(line, lines_.size())), column_(column) {}

    std::optional<YamlFault> find() {
        for (const auto check :
             {&Explanation::tab,
              &Explanation::question_mark,
              &Explanation::unclosed,
              &Explanation::colon_in_value,
              &Explanation::reserved,
              &Explanation::indentation,
              &Explanation::missing_colon}) {
            if (auto fault = (this->*check)()) {
                return fault;
            }
        }
        return std::nullopt;
    }

    // A bracket that is open where the parser stopped, and whose end never comes.
    [[nodiscard]] std::optional<YamlFault> unclosed() {
        const std::string plain = without_texts(text_);

        struct Open {
            char bracket;
            std::size_t line;
            std::size_t column;
        };

        std::vector<Open> open;
        std::size_t line = 1;
        std::size_t start = 0;
        for (std::size_t i = 0; i < plain.size() && line <= line_; ++i) {
            const char c = plain[i];
            const char before = i == 0 ? '\n' : plain[i - 1];
            const bool begins = std::string_view(" \n[{,").find(before) != std::string_view::npos;
            if (c == '\n') {
                ++line;
                start = i + 1;
            } else if ((c == '[' || c == '{') && (begins || !open.empty())) {
                open.push_back({c, line, i - start + 1});
            } else if ((c == ']' || c == '}') && !open.empty()) {
                if ((c == ']') != (open.back().bracket == '[')) {
                    return YamlFault{
                        fmt::format("this {} closes a {}", c, open.back().bracket),
                        fmt::format(
                            "the {} of line {} is closed by {}",
                            open.back().bracket,
                            open.back().line,
                            open.back().bracket == '[' ? ']' : '}'),
                        line,
                        i - start + 1};
                }
                open.pop_back();
            }
        }
        if (open.empty()) {
            return std::nullopt;
        }
        return YamlFault{
            fmt::format("this {} is never closed", open.back().bracket),
            fmt::format("add the closing {}", open.back().bracket == '[' ? ']' : '}'),
            open.back().line,
            open.back().column};
    }

private:
    [[nodiscard]] std::string_view at(std::size_t line) const { return lines_[line - 1]; }

    // The lines to look at: where the parser stopped, and the one before, which it may have taken
    // for the beginning of something longer.
    [[nodiscard]] std::vector<std::size_t> suspects() const {
        std::vector<std::size_t> result{line_};
        for (std::size_t line = line_; line > 1;) {
            --line;
            if (is_content(at(line))) {
                result.push_back(line);
                break;
            }
        }
        return result;
    }

    std::optional<YamlFault> tab() {
        for (const std::size_t line : suspects()) {
            const std::string_view text = at(line);
            const std::size_t first = std::min(text.find_first_not_of(yaml_blanks), text.size());
            const std::size_t tab = text.substr(0, first).find('\t');
            if (tab != std::string_view::npos) {
                return YamlFault{
                    "this line is indented by a tab, which YAML does not take",
                    "indent by blanks",
                    line,
                    tab + 1};
            }
        }
        return std::nullopt;
    }

    // {Schedule: cron(0 3 * * ? *)}: within brackets it begins a key.
    std::optional<YamlFault> question_mark() {
        if (at(line_).substr(std::min(column_ - 1, at(line_).size())).starts_with('?')) {
            return YamlFault{
                "a value with a ? has to be quoted within brackets",
                "put quotes around it",
                line_,
                column_};
        }
        return std::nullopt;
    }

    // "Description: note: this" where the value should have been quoted.
    std::optional<YamlFault> colon_in_value() {
        const std::string_view text = at(line_);
        const std::string plain = without_texts(text);
        const std::size_t first = plain.find(": ");
        if (first == std::string::npos) {
            return std::nullopt;
        }
        std::size_t value = plain.find_first_not_of(' ', first + 1);
        if (value != std::string::npos && plain[value] == '!') { // a tag
            value = plain.find_first_not_of(' ', std::min(plain.find(' ', value), plain.size()));
        }
        if (value == std::string::npos ||
            std::string_view("\"'{[|>&*").find(text[value]) != std::string_view::npos) {
            return std::nullopt;
        }
        const std::size_t second = plain.find(": ", value);
        if (second == std::string::npos) {
            return std::nullopt;
        }
        return YamlFault{
            "this ': ' is within a value, which has to be quoted then",
            fmt::format(
                "write {} \"{}\"",
                base::trim(text.substr(0, value)),
                base::trim(text.substr(value))),
            line_,
            second + 1};
    }

    std::optional<YamlFault> reserved() {
        for (const std::size_t line : suspects()) {
            const std::string_view text = at(line);
            const std::size_t colon = text.find(": ");
            std::size_t value = text.find_first_not_of(
                ' ', colon == std::string_view::npos ? indent_of(text) : colon + 1);
            if (value != std::string_view::npos && text.substr(value).starts_with("- ")) {
                value = text.find_first_not_of(' ', value + 1);
            }
            if (value != std::string_view::npos &&
                std::string_view("@`%").find(text[value]) != std::string_view::npos) {
                return YamlFault{
                    fmt::format("a value cannot begin with {}", text[value]),
                    fmt::format("quote it: \"{}\"", base::trim(text.substr(value))),
                    line,
                    value + 1};
            }
        }
        return std::nullopt;
    }

    // Indentations that are open before a line: those of its ancestors and elder siblings.
    [[nodiscard]] std::vector<std::size_t> open_indents(std::size_t before) const {
        std::vector<std::size_t> open;
        for (std::size_t line = 1; line < before; ++line) {
            if (!is_content(at(line))) {
                continue;
            }
            std::size_t indent = indent_of(at(line));
            while (!open.empty() && open.back() > indent) {
                open.pop_back();
            }
            if (open.empty() || open.back() < indent) {
                open.push_back(indent);
            }
            // "- Name: x" opens the list and the map in it.
            std::string_view rest = at(line).substr(indent);
            while (rest.starts_with("- ")) {
                const std::size_t inner = rest.find_first_not_of(' ', 1);
                if (inner == std::string_view::npos) {
                    break;
                }
                indent += inner;
                rest.remove_prefix(inner);
                open.push_back(indent);
            }
        }
        return open;
    }

    std::optional<YamlFault> indentation() {
        for (const std::size_t line : suspects()) {
            if (!is_content(at(line))) {
                continue;
            }
            const std::size_t own = indent_of(at(line));
            const std::vector<std::size_t> open = open_indents(line);
            if (open.empty() || (std::find(open.begin(), open.end(), own) != open.end())) {
                continue;
            }
            // Deeper is right below "Key:" and "- ", and wrong below "Key: value".
            const std::size_t before = previous(line);
            const std::string_view last = base::trim(without_comment(at(before)));
            if (own > open.back() && (last.ends_with(':') || last == "-")) {
                continue;
            }
            // The nearest, the innermost of two that are as near.
            const std::size_t siblings =
                *std::min_element(open.rbegin(), open.rend(), [&](std::size_t a, std::size_t b) {
                    return distance(a, own) < distance(b, own);
                });
            return YamlFault{
                fmt::format("this line is indented by {}, its siblings by {}", own, siblings),
                fmt::format("indent it by {} blanks", siblings),
                line,
                own + 1};
        }
        return std::nullopt;
    }

    std::optional<YamlFault> missing_colon() {
        for (const std::size_t line : suspects()) {
            const std::string_view text = base::trim(without_comment(at(line)));
            const std::size_t colon = text.find(':');
            const std::size_t value = colon == std::string_view::npos ? 0 : colon + 1;
            if (text.empty() || text.starts_with('-') || text.front() == '"' ||
                text.front() == '\'') {
                continue;
            }
            if (colon == std::string_view::npos) {
                return YamlFault{
                    "this line has no ':' after its key",
                    fmt::format("write for example {}: value", text.substr(0, text.find(' '))),
                    line,
                    indent_of(at(line)) + 1};
            }
            if (value < text.size() && text[value] != ' ' && text[value] != ':' &&
                text.find(": ") == std::string_view::npos && !text.ends_with(':')) {
                return YamlFault{
                    "there is no blank after ':'",
                    fmt::format("write {}: {}", text.substr(0, colon), text.substr(value)),
                    line,
                    at(line).find(':') + 1};
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] std::size_t previous(std::size_t line) const {
        while (line > 1) {
            --line;
            if (is_content(at(line))) {
                return line;
            }
        }
        return 1;
    }

    static std::string_view without_comment(std::string_view line) {
        const std::size_t comment = line.find(" #");
        return line.substr(0, comment);
    }

    static std::size_t distance(std::size_t a, std::size_t b) { return a > b ? a - b : b - a; }

    std::string text_; // without block texts
    std::vector<std::string_view> lines_;
    std::size_t line_;
    std::size_t column_;
};

struct Words {
    std::string_view reason;
    std::string_view words;
};

// What the parser says, for those who do not know the terms of YAML's grammar.
constexpr std::array translations{
    Words{"end of map not found", "this does not fit into the map it stands in"},
    Words{"end of sequence not found", "this does not fit into the list it stands in"},
    Words{"end of map flow not found", "a ',' is missing before this, or it does not belong here"},
    Words{
        "end of sequence flow not found",
        "a ',' is missing before this, or it does not belong here"},
    Words{"illegal map value", "a ':' stands where no value can follow"},
    Words{"illegal map key", "there cannot be a key here"},
    Words{"illegal block entry", "there cannot be a list item ('- ') here"},
    Words{"the referenced anchor is not defined", "this alias (*) has no anchor (&) before it"},
    Words{
        "unknown escape character",
        "a backslash in double quotes begins an escape that YAML does "
        "not have"},
    Words{"illegal EOF in scalar", "the text ends within a quoted value"},
    Words{"illegal document indicator in scalar", "'---' stands within a quoted value"}};

} // namespace

YamlFault
explain_yaml(std::string_view text, std::size_t line, std::size_t column, std::string_view reason) {
    const bool about_escape = reason.find("escape") != std::string_view::npos ||
                              reason.find("anchor") != std::string_view::npos;
    if (!about_escape) {
        if (auto fault = Explanation(text, line, column).find()) {
            return std::move(*fault);
        }
    }
    const auto* const found =
        std::find_if(translations.begin(), translations.end(), [&](const Words& row) {
            return reason.find(row.reason) != std::string_view::npos;
        });
    if (found == translations.end()) {
        return {std::string(reason), {}, line, column};
    }
    return {
        std::string(found->words),
        about_escape && reason.find("escape") != std::string_view::npos
            ? "write \\\\ for a backslash, or use single quotes"
            : "",
        line,
        column};
}

std::optional<YamlFault> unclosed_bracket(std::string_view text) {
    return Explanation(text, base::split(text, '\n').size()).unclosed();
}

std::string excerpt(std::string_view text, std::size_t line, std::size_t column) {
    const std::vector<std::string_view> lines = base::split(text, '\n');
    if (line == 0 || line > lines.size()) {
        return {};
    }
    constexpr std::size_t widest = 160;
    std::string_view shown = lines[line - 1];
    shown = shown.substr(0, std::min(shown.find_last_not_of("\r") + 1, widest));
    const std::string number = fmt::format("{:>5}", line);
    // Tabs stay tabs, so that the caret stands below its character.
    std::string lead;
    for (std::size_t i = 0; i + 1 < column && i < shown.size(); ++i) {
        const auto byte = static_cast<unsigned char>(shown[i]);
        if (shown[i] == '\t') {
            lead += '\t';
        } else if ((byte & 0xC0U) != 0x80U) {
            lead += ' ';
        }
    }
    return fmt::format("{} | {}\n      | {}^", number, shown, lead);
}

} // namespace samara::data
