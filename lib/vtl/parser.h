#pragma once

#include "vtl/tree.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace samara::vtl {

/// Text into a Tree. The first failure ends it.
class Parser {
public:
    struct Failure {
        std::string message;
        std::string hint;
        std::size_t offset = 0;
    };

    explicit Parser(std::string_view text) : Parser(text, text.size()) {}

    Tree parse();

    [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }

private:
    /// Text up to `end` only: the inside of a double-quoted text.
    Parser(std::string_view text, std::size_t end) : text_(text.substr(0, end)) {}

    enum class End : std::uint8_t { file, end, alternative }; // #end; #else or #elseif

    // parser.cpp: text; directive_parser.cpp: directives
    void find_macros();
    Block parse_block(bool inside, End& ended);
    Block parse_until_end(std::string_view directive, std::size_t start);
    bool parse_comment();
    bool parse_directive(Block& block, std::size_t backslashes, std::optional<End>& ended);
    void parse_named_directive(Block& block, std::string_view name, std::size_t start);
    void parse_if(Block& block, std::size_t start);
    void parse_set(Block& block, std::size_t start);
    void parse_foreach(Block& block, std::size_t start);
    void parse_macro(std::size_t start);
    void parse_define(Block& block, std::size_t start);
    void parse_literal(Block& block, std::size_t start);
    void parse_break(Block& block, std::size_t start);
    void parse_call(Block& block, std::string_view name, bool with_body, std::size_t start);
    void parse_dollar(Block& block, std::size_t backslashes);
    std::string_view directive_name(std::size_t at, std::size_t& after) const;
    void skip_line_end();
    void close_directive();

    // expression_parser.cpp; literal_parser.cpp: what is no reference
    std::optional<Reference> parse_reference();
    void parse_steps(Reference& reference, bool braced);
    std::vector<Expression> parse_arguments(char close);
    Expression parse_expression(int level = 0);
    Expression parse_unary();
    Expression parse_primary();
    Expression parse_number();
    Expression parse_quoted();
    Expression parse_list();
    Expression parse_map();
    bool take_operator(int level, Operator& operation);
    std::string_view take_name();
    std::string take_variable(std::string_view directive);
    bool take_word(std::string_view word);
    void skip_blanks();
    void expect(char wanted, std::string_view what);

    [[nodiscard]] bool at_end() const { return position_ >= text_.size(); }

    [[nodiscard]] char peek(std::size_t ahead = 0) const {
        return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
    }

    void fail(std::string message, std::size_t offset, std::string hint = {});

    [[nodiscard]] bool failed() const { return failure_.has_value(); }

    struct Nesting;

    std::string_view text_;
    std::size_t position_ = 0;
    std::size_t depth_ = 0;
    std::size_t text_begin_ = 0; ///< where the text before position_ begins
    std::set<std::string, std::less<>> macro_names_;
    Tree tree_;
    std::optional<Failure> failure_;
};

/// Nested blocks and expressions are bounded, so that the stack is.
struct Parser::Nesting {
    explicit Nesting(Parser& of) : parser(of) {
        constexpr std::size_t deepest = 60;
        if (++parser.depth_ > deepest) {
            parser.fail("the template is nested too deeply", parser.position_);
        }
    }

    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

    ~Nesting() { --parser.depth_; }

    Parser& parser;
};

} // namespace samara::vtl
