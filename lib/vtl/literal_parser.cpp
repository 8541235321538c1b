#include "base/strings.h"
#include "vtl/parser.h"

#include <charconv>

#include <fmt/format.h>

/// Numbers, texts, lists and maps as a template writes them.
namespace samara::vtl {

namespace {

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

std::string utf8_of(std::uint32_t code) {
    std::string text;
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += static_cast<char>(0xC0 | (code >> 6));
        text += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        text += static_cast<char>(0xE0 | (code >> 12));
        text += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
        text += static_cast<char>(0x80 | (code & 0x3F));
    }
    return text;
}

/// "\u0041" is "A"; no other escape is one in VTL.
std::string unescaped(std::string text) {
    for (std::size_t at = text.find("\\u"); at != std::string::npos; at = text.find("\\u", at)) {
        std::uint32_t code = 0;
        const char* const digits = text.data() + at + 2;
        const char* const end = text.data() + std::min(at + 6, text.size());
        const auto parsed = std::from_chars(digits, end, code, 16);
        if (parsed.ptr != digits + 4) {
            at += 2;
            continue;
        }
        const std::string character = utf8_of(code);
        text.replace(at, 6, character);
        at += character.size();
    }
    return text;
}

void halve_quotes(Block& block) {
    for (Node& node : block) {
        if (auto* text = std::get_if<Text>(&node.content)) {
            text->text = unescaped(base::replace_all(text->text, "\"\"", "\""));
        }
    }
}

} // namespace

/// "5", "-5", "1.5", "5.", ".5", "1e3"; in "1..3" the number ends before the full stops.
Expression Parser::parse_number() {
    const std::size_t at = position_;
    std::size_t end = at + (peek() == '-' ? 1 : 0);
    const auto skip_digits = [&] {
        const std::size_t from = end;
        while (end < text_.size() && is_digit(text_[end])) {
            ++end;
        }
        return end > from;
    };
    const auto is_at = [&](std::size_t place, std::string_view characters) {
        return place < text_.size() && characters.find(text_[place]) != std::string_view::npos;
    };
    skip_digits();
    bool whole = true;
    if (is_at(end, ".") && !is_at(end + 1, ".")) {
        whole = false;
        ++end;
        skip_digits();
    }
    if (is_at(end, "eE")) {
        const std::size_t before = end;
        end += is_at(end + 1, "+-") ? 2 : 1;
        if (skip_digits()) {
            whole = false;
        } else {
            end = before;
        }
    }
    const std::string digits(text_.substr(at, end - at));
    position_ = end;
    std::int64_t integer = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), integer);
    if (whole && parsed.ec == std::errc{}) {
        return {Constant{integer}, at};
    }
    return {Constant{std::strtod(digits.c_str(), nullptr)}, at};
}

/// Two quotes in a row are one of the text; double-quoted texts are templates themselves.
Expression Parser::parse_quoted() {
    const std::size_t at = position_;
    const char quote = peek();
    std::size_t end = at + 1;
    while (end < text_.size() &&
           (text_[end] != quote || text_.substr(end + 1, 1) == std::string_view(&quote, 1))) {
        end += text_[end] == quote ? 2 : 1;
    }
    if (end >= text_.size()) {
        fail("the text has no end", at, fmt::format("close it with {}", quote));
        return {};
    }
    const std::string_view content = text_.substr(at + 1, end - at - 1);
    position_ = end + 1;
    if (quote == '\'') {
        return {Constant{base::replace_all(content, "''", "'")}, at};
    }
    if (content.find_first_of("$#") == std::string_view::npos) {
        return {Constant{unescaped(base::replace_all(content, "\"\"", "\""))}, at};
    }
    Parser inner(text_, end);
    inner.position_ = at + 1;
    inner.depth_ = depth_;
    inner.macro_names_ = macro_names_;
    End ended = End::file;
    Interpolation text{inner.parse_block(false, ended)};
    if (inner.failure_) {
        fail(inner.failure_->message, inner.failure_->offset, inner.failure_->hint);
    }
    halve_quotes(text.block);
    return {std::move(text), at};
}

Expression Parser::parse_list() {
    const std::size_t at = position_;
    ++position_;
    skip_blanks();
    if (peek() == ']') {
        ++position_;
        return {ListLiteral{}, at};
    }
    ListLiteral list;
    list.items.push_back(parse_expression());
    skip_blanks();
    if (text_.substr(position_, 2) == "..") {
        position_ += 2;
        RangeLiteral range{std::make_unique<Expression>(std::move(list.items.front())), nullptr};
        range.last = std::make_unique<Expression>(parse_expression());
        skip_blanks();
        expect(']', "the range");
        return {std::move(range), at};
    }
    while (!failed() && peek() == ',') {
        ++position_;
        list.items.push_back(parse_expression());
        skip_blanks();
    }
    expect(']', "the list");
    return {std::move(list), at};
}

Expression Parser::parse_map() {
    const std::size_t at = position_;
    ++position_;
    MapLiteral map;
    skip_blanks();
    while (!failed() && peek() != '}') {
        Expression key = parse_expression();
        skip_blanks();
        expect(':', "the map");
        Expression value = parse_expression();
        map.members.push_back(MapMember{std::move(key), std::move(value)});
        skip_blanks();
        if (peek() != '}') {
            expect(',', "the map");
            skip_blanks();
        }
    }
    if (!failed()) {
        ++position_;
    }
    return {std::move(map), at};
}

} // namespace samara::vtl
