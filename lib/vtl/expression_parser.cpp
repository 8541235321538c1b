#include "base/strings.h"
#include "vtl/parser.h"

#include <array>

#include <fmt/format.h>

namespace samara::vtl {

namespace {

struct OperatorRow {
    int level; ///< the looser the lower
    std::string_view written;
    Operator operation;
};

// Of two that begin alike the longer comes first.
constexpr std::array<OperatorRow, 21> operators{{
    {0, "||", Operator::logical_or},
    {0, "or", Operator::logical_or},
    {1, "&&", Operator::logical_and},
    {1, "and", Operator::logical_and},
    {2, "==", Operator::equal},
    {2, "eq", Operator::equal},
    {2, "!=", Operator::not_equal},
    {2, "ne", Operator::not_equal},
    {3, "<=", Operator::less_or_equal},
    {3, "le", Operator::less_or_equal},
    {3, ">=", Operator::greater_or_equal},
    {3, "ge", Operator::greater_or_equal},
    {3, "<", Operator::less},
    {3, "lt", Operator::less},
    {3, ">", Operator::greater},
    {3, "gt", Operator::greater},
    {4, "+", Operator::add},
    {4, "-", Operator::subtract},
    {5, "*", Operator::multiply},
    {5, "/", Operator::divide},
    {5, "%", Operator::remainder},
}};
constexpr int operand_level = 6; // tighter than every operator

bool is_word(std::string_view text) {
    return text.front() >= 'a' && text.front() <= 'z';
}

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

bool is_name_character(char character) {
    return is_digit(character) || character == '_' || character == '-' ||
           (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

} // namespace

void Parser::skip_blanks() {
    position_ = std::min(text_.find_first_not_of(" \t\r\n", position_), text_.size());
}

void Parser::expect(char wanted, std::string_view what) {
    if (peek() == wanted && !at_end()) {
        ++position_;
        return;
    }
    fail(
        at_end() ? fmt::format("{} is not complete: '{}' is missing", what, wanted)
                 : fmt::format("{} has '{}' where '{}' has to be", what, peek(), wanted),
        position_);
}

bool Parser::take_word(std::string_view word) {
    if (text_.substr(position_, word.size()) != word || is_name_character(peek(word.size()))) {
        return false;
    }
    position_ += word.size();
    return true;
}

/// At '$'. Nothing, and no step, when it begins no reference.
std::optional<Reference> Parser::parse_reference() {
    Reference reference;
    reference.offset = position_;
    std::size_t at = 1;
    reference.quiet = peek(at) == '!';
    at += reference.quiet ? 1 : 0;
    const bool braced = peek(at) == '{';
    at += braced ? 1 : 0;
    position_ += at;
    reference.name = take_name();
    if (reference.name.empty()) {
        position_ = reference.offset;
        return std::nullopt;
    }
    parse_steps(reference, braced);
    if (braced && !failed()) {
        if (peek() != '}') { // "${a b}" is a text
            position_ = reference.offset;
            return std::nullopt;
        }
        ++position_;
    }
    reference.written = text_.substr(reference.offset, position_ - reference.offset);
    return reference;
}

void Parser::parse_steps(Reference& reference, bool braced) {
    while (!failed()) {
        Step step;
        step.offset = position_;
        if (peek() == '[') {
            // An index that is none ("$a[b]") is a text.
            const std::size_t first = text_.find_first_not_of(" \t", position_ + 1);
            const char begins = first < text_.size() ? text_[first] : '\0';
            if (!is_digit(begins) && begins != '$' && begins != '"' && begins != '\'' &&
                begins != '-') {
                return;
            }
            ++position_;
            step.kind = Step::Kind::index;
            step.arguments.push_back(parse_expression());
            skip_blanks();
            expect(']', "the index");
            reference.steps.push_back(std::move(step));
            continue;
        }
        if (peek() != '.') {
            return;
        }
        ++position_;
        step.name = take_name();
        if (step.name.empty()) { // the full stop of a sentence
            --position_;
            return;
        }
        if (peek() == '(') {
            ++position_;
            step.kind = Step::Kind::method;
            step.arguments = parse_arguments(')');
        }
        reference.steps.push_back(std::move(step));
        if (braced && peek() == '}') {
            return;
        }
    }
}

/// Up to and with `close`; separated by commas, in macro calls by blanks too.
std::vector<Expression> Parser::parse_arguments(char close) {
    std::vector<Expression> arguments;
    skip_blanks();
    while (!failed() && peek() != close) {
        arguments.push_back(parse_expression());
        skip_blanks();
        if (peek() == ',') {
            ++position_;
            skip_blanks();
        }
        if (at_end()) {
            fail(fmt::format("'{}' is missing", close), position_);
        }
    }
    if (!failed()) {
        ++position_;
    }
    return arguments;
}

bool Parser::take_operator(int level, Operator& operation) {
    for (const OperatorRow& row : operators) {
        if (row.level != level || text_.substr(position_, row.written.size()) != row.written) {
            continue;
        }
        if (is_word(row.written) ? !take_word(row.written) : false) {
            continue;
        }
        position_ += is_word(row.written) ? 0 : row.written.size();
        operation = row.operation;
        return true;
    }
    return false;
}

Expression Parser::parse_expression(int level) {
    if (level == operand_level) {
        return parse_unary();
    }
    Expression left = parse_expression(level + 1);
    std::size_t operands = 0;
    while (!failed()) {
        const std::size_t before = position_;
        skip_blanks();
        Operator operation = Operator::add;
        const std::size_t at = position_;
        if (!take_operator(level, operation)) {
            position_ = before;
            break;
        }
        if (++operands > 200) { // each is one level of the tree
            fail("the expression has too many operands", at);
        }
        Binary binary{operation, std::make_unique<Expression>(std::move(left)), nullptr};
        binary.right = std::make_unique<Expression>(parse_expression(level + 1));
        left = Expression{std::move(binary), at};
    }
    return left;
}

Expression Parser::parse_unary() {
    const Nesting nesting(*this);
    skip_blanks();
    const std::size_t at = position_;
    const bool negative =
        peek() == '-' && !is_digit(peek(1)) && !(peek(1) == '.' && is_digit(peek(2)));
    if (negative || (peek() == '!' && peek(1) != '=') || take_word("not")) {
        position_ = position_ == at ? at + 1 : position_;
        return {Unary{negative, std::make_unique<Expression>(parse_unary())}, at};
    }
    return failed() ? Expression{} : parse_primary();
}

Expression Parser::parse_primary() {
    const std::size_t at = position_;
    const char first = peek();
    if (first == '$') {
        if (auto reference = parse_reference()) {
            return {std::move(*reference), at};
        }
    } else if (first == '(') {
        ++position_;
        Expression inner = parse_expression();
        skip_blanks();
        expect(')', "the expression");
        return inner;
    } else if (first == '"' || first == '\'') {
        return parse_quoted();
    } else if (first == '[') {
        return parse_list();
    } else if (first == '{') {
        return parse_map();
    } else if (is_digit(first) || first == '-' || (first == '.' && is_digit(peek(1)))) {
        return parse_number();
    } else if (take_word("true")) {
        return {Constant{true}, at};
    } else if (take_word("false")) {
        return {Constant{false}, at};
    }
    fail(
        at_end() ? "the expression is not complete"
                 : fmt::format("'{}' begins no expression", first),
        at,
        "texts stand in quotes, variables begin with '$'");
    return {};
}

} // namespace samara::vtl
