#include "vtl/parser.h"

#include "base/strings.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace samara::vtl {

namespace {

constexpr std::array<std::string_view, 12> directives{
    "set",
    "if",
    "elseif",
    "else",
    "end",
    "foreach",
    "break",
    "stop",
    "macro",
    "define",
    "literal",
    "@"};
/// Would read another file, or make a template of a text.
constexpr std::array<std::string_view, 3> refused{"parse", "include", "evaluate"};

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_letter(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           character == '_';
}

bool is_of_name(char character) {
    return is_letter(character) || (character >= '0' && character <= '9') || character == '-';
}

void add_text(Block& block, std::string_view text) {
    if (text.empty()) {
        return;
    }
    if (!block.empty()) {
        if (auto* last = std::get_if<Text>(&block.back().content)) {
            last->text += text;
            return;
        }
    }
    block.push_back(Node{Text{std::string(text)}});
}

} // namespace

void Parser::fail(std::string message, std::size_t offset, std::string hint) {
    if (!failure_) {
        failure_ = Failure{std::move(message), std::move(hint), std::min(offset, text_.size())};
    }
    position_ = text_.size(); // every loop ends
}

Tree Parser::parse() {
    find_macros();
    End ended = End::file;
    tree_.body = parse_block(false, ended);
    return std::move(tree_);
}

/// A macro may be called before the place where it is defined.
void Parser::find_macros() {
    constexpr std::string_view start = "#macro";
    for (std::size_t at = text_.find(start); at != std::string_view::npos;
         at = text_.find(start, at + 1)) {
        std::size_t name = text_.find_first_not_of(" \t", at + start.size());
        if (name == std::string_view::npos || text_[name] != '(') {
            continue;
        }
        name = std::min(text_.find_first_not_of(" \t\r\n", name + 1), text_.size());
        std::size_t end = name;
        while (end < text_.size() && is_of_name(text_[end])) {
            ++end;
        }
        macro_names_.emplace(text_.substr(name, end - name));
    }
}

/// The directive at "#name" or "#{name}", `after` it; empty when it is none.
std::string_view Parser::directive_name(std::size_t at, std::size_t& after) const {
    std::size_t start = at + 1;
    const bool braced = start < text_.size() && text_[start] == '{';
    start += braced ? 1 : 0;
    if (start < text_.size() && text_[start] == '@') {
        after = start + 1;
        return text_.substr(start, 1);
    }
    std::size_t end = start;
    while (end < text_.size() && is_of_name(text_[end])) {
        ++end;
    }
    std::string_view name = text_.substr(start, end - start);
    if (braced && (end >= text_.size() || text_[end] != '}')) {
        return {};
    }
    after = end + (braced ? 1 : 0);
    if (is_one_of(directives, name) || is_one_of(refused, name) || macro_names_.contains(name)) {
        return name;
    }
    // "#elsex" is #else and a text: what needs no parentheses ends anywhere.
    for (const std::string_view bare : {"else", "end"}) {
        if (!braced && name.starts_with(bare)) {
            after = start + bare.size();
            return bare;
        }
    }
    return {};
}

Block Parser::parse_block(bool inside, End& ended) {
    const Nesting nesting(*this);
    Block block;
    text_begin_ = position_;
    while (!at_end()) {
        const std::size_t special = std::min(text_.find_first_of("$#\\", position_), text_.size());
        add_text(block, text_.substr(position_, special - position_));
        position_ = special;
        if (at_end()) {
            break;
        }
        const std::size_t run = std::min(text_.find_first_not_of('\\', position_), text_.size());
        const std::size_t backslashes = run - position_;
        const char next = run < text_.size() ? text_[run] : '\0';
        if (next == '$') {
            position_ = run;
            parse_dollar(block, backslashes);
            continue;
        }
        if (next != '#') {
            add_text(block, text_.substr(position_, run - position_));
            position_ = run;
            continue;
        }
        if (backslashes == 0 && parse_comment()) {
            text_begin_ = position_;
            continue;
        }
        if (backslashes == 0 && text_.substr(position_, 3) == "#[[") {
            const std::size_t end = text_.find("]]#", position_ + 3);
            if (end == std::string_view::npos) {
                fail("'#[[' has no ']]#'", position_);
                break;
            }
            add_text(block, text_.substr(position_ + 3, end - position_ - 3));
            position_ = end + 3;
            text_begin_ = position_;
            continue;
        }
        position_ = run;
        std::optional<End> end;
        const std::size_t start = position_;
        if (parse_directive(block, backslashes, end)) {
            text_begin_ = position_;
            if (end && inside) {
                ended = *end;
                return block;
            }
            if (end) {
                fail(
                    fmt::format("'#{}' ends nothing", *end == End::end ? "end" : "else"),
                    start,
                    "write '#[[#]]#' for the character itself");
            }
        }
    }
    ended = End::file;
    return block;
}

bool Parser::parse_comment() {
    if (peek(1) == '#') {
        const std::size_t line = text_.find('\n', position_);
        position_ = line == std::string_view::npos ? text_.size() : line + 1;
        return true;
    }
    if (peek(1) != '*') {
        return false;
    }
    const std::size_t end = text_.find("*#", position_ + 2);
    if (end == std::string_view::npos) {
        fail("'#*' has no '*#'", position_);
    } else {
        position_ = end + 2;
    }
    return true;
}

/// Whether something was read that `ended` may tell of; what is no directive is a text.
bool Parser::parse_directive(Block& block, std::size_t backslashes, std::optional<End>& ended) {
    const std::size_t start = position_;
    std::size_t after = start;
    const std::string_view name = directive_name(start, after);
    if (name.empty()) {
        add_text(block, std::string(backslashes, '\\') + "#");
        position_ = start + 1;
        return false;
    }
    add_text(block, std::string(backslashes / 2, '\\'));
    if (backslashes % 2 == 1) {
        add_text(block, text_.substr(start, after - start));
        position_ = after;
        return false;
    }
    position_ = after;
    if (name == "end") {
        skip_line_end();
        ended = End::end;
    } else if (name == "else" || name == "elseif") {
        position_ = start; // parse_if looks at it again
        ended = End::alternative;
        return true;
    } else {
        parse_named_directive(block, name, start);
    }
    return true;
}

void Parser::parse_named_directive(Block& block, std::string_view name, std::size_t start) {
    if (name == "break") {
        parse_break(block, start);
    } else if (name == "stop") {
        block.push_back(Node{Stop{}, start});
    } else if (is_one_of(refused, name)) {
        fail(
            fmt::format("'#{}' is not part of mapping templates", name),
            start,
            "write what it would give in its place");
    } else if (name == "@") {
        parse_call(block, take_name(), true, start);
    } else if (macro_names_.contains(name) && !is_one_of(directives, name)) {
        parse_call(block, name, false, start);
    } else {
        skip_blanks();
        expect('(', fmt::format("'#{}'", name));
        if (failed()) {
            return;
        }
        if (name == "if") {
            parse_if(block, start);
        } else if (name == "set") {
            parse_set(block, start);
        } else if (name == "foreach") {
            parse_foreach(block, start);
        } else if (name == "macro") {
            parse_macro(start);
        } else if (name == "literal") {
            parse_literal(block, start);
        } else {
            parse_define(block, start);
        }
    }
}

/// Blanks and the end of the line behind a directive; nothing when there is more on the line.
void Parser::skip_line_end() {
    const std::size_t next = std::min(text_.find_first_not_of(" \t", position_), text_.size());
    if (text_.substr(next, 2) == "\r\n") {
        position_ = next + 2;
    } else if (next < text_.size() && (text_[next] == '\n' || text_[next] == '\r')) {
        position_ = next + 1;
    }
}

void Parser::close_directive() {
    skip_blanks();
    expect(')', "the directive");
    skip_line_end();
}

void Parser::parse_dollar(Block& block, std::size_t backslashes) {
    const std::size_t start = position_;
    if (auto reference = parse_reference()) {
        block.push_back(Node{Print{std::move(*reference), backslashes}, start});
        text_begin_ = position_;
    } else if (!failed()) {
        add_text(block, std::string(backslashes, '\\') + "$");
        position_ = start + 1;
    }
}

/// Letters, digits, '_' and '-'; empty when none is here.
std::string_view Parser::take_name() {
    const std::size_t start = position_;
    if (!is_letter(peek())) {
        return {};
    }
    while (is_of_name(peek())) {
        ++position_;
    }
    return text_.substr(start, position_ - start);
}

} // namespace samara::vtl
