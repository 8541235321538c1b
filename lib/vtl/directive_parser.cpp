#include "vtl/parser.h"

#include <fmt/format.h>

/// Directives behind their names.
namespace samara::vtl {

namespace {

/// Blanks before #set go with it where they are all there is behind a directive, a reference or a
/// comment; behind a text they are a part of that.
void drop_blanks(Block& block, std::string_view before) {
    if (before.empty() || before.find_first_not_of(" \t") != std::string_view::npos ||
        block.empty()) {
        return;
    }
    if (auto* last = std::get_if<Text>(&block.back().content)) {
        last->text.erase(last->text.size() - before.size());
    }
}

/// "$foreach" and its parents: how many loops #break leaves; 0 for what names no loop.
std::size_t loops_named(const Reference& scope) {
    for (const Step& step : scope.steps) {
        if (step.kind != Step::Kind::property || step.name != "parent") {
            return 0;
        }
    }
    return scope.name == "foreach" ? scope.steps.size() + 1 : 0;
}

} // namespace

Block Parser::parse_until_end(std::string_view directive, std::size_t start) {
    End ended = End::file;
    Block block = parse_block(true, ended);
    if (ended == End::alternative) {
        fail("'#else' is part of no '#if'", position_);
    } else if (ended == End::file) {
        fail(fmt::format("'#{}' has no '#end'", directive), start);
    }
    return block;
}

void Parser::parse_if(Block& block, std::size_t start) {
    If node;
    End ended = End::alternative;
    bool otherwise = false;
    Expression condition = parse_expression();
    close_directive();
    while (!failed()) {
        Block branch = parse_block(true, ended);
        if (otherwise) {
            node.otherwise = std::move(branch);
        } else {
            node.branches.push_back(Branch{std::move(condition), std::move(branch)});
        }
        if (ended != End::alternative) {
            break;
        }
        const std::size_t at = position_;
        const bool conditional = directive_name(at, position_) == "elseif";
        if (otherwise) {
            fail("nothing but '#end' may follow '#else'", at);
        } else if (conditional) {
            skip_blanks();
            expect('(', "'#elseif'");
            condition = parse_expression();
            close_directive();
        } else {
            otherwise = true;
            skip_line_end();
        }
    }
    if (ended == End::file) {
        fail("'#if' has no '#end'", start);
    }
    block.push_back(Node{std::move(node), start});
}

void Parser::parse_set(Block& block, std::size_t start) {
    drop_blanks(block, text_.substr(text_begin_, start - text_begin_));
    skip_blanks();
    auto target = peek() == '$' ? parse_reference() : std::nullopt;
    if (!target) {
        fail("'#set' sets a variable", position_, "write for example #set($name = \"value\")");
        return;
    }
    skip_blanks();
    expect('=', "'#set'");
    Expression value = parse_expression();
    close_directive();
    block.push_back(Node{Set{std::move(*target), std::move(value)}, start});
}

std::string Parser::take_variable(std::string_view directive) {
    skip_blanks();
    const std::size_t at = position_;
    auto reference = peek() == '$' ? parse_reference() : std::nullopt;
    if (!reference || !reference->steps.empty()) {
        fail(fmt::format("'#{}' wants a variable", directive), at);
        return {};
    }
    return reference->name;
}

void Parser::parse_foreach(Block& block, std::size_t start) {
    Foreach node;
    node.name = take_variable("foreach");
    skip_blanks();
    if (!take_word("in")) {
        fail(
            "'#foreach' has no 'in'",
            position_,
            "write for example #foreach($item in $items) ... #end");
    }
    node.items = parse_expression();
    close_directive();
    node.body = parse_until_end("foreach", start);
    block.push_back(Node{std::move(node), start});
}

void Parser::parse_macro(std::size_t start) {
    skip_blanks();
    const std::string name(take_name());
    if (name.empty()) {
        fail("'#macro' has no name", position_);
    }
    Macro macro;
    for (skip_blanks(); peek() == '$' || peek() == ','; skip_blanks()) {
        if (peek() == ',') {
            ++position_;
        } else {
            macro.parameters.push_back(take_variable("macro"));
        }
    }
    close_directive();
    macro.body = parse_until_end("macro", start);
    tree_.macros.insert_or_assign(name, std::move(macro));
}

void Parser::parse_define(Block& block, std::size_t start) {
    Define node;
    node.name = take_variable("define");
    close_directive();
    node.block = std::make_unique<DefinedBlock>(DefinedBlock{parse_until_end("define", start)});
    block.push_back(Node{std::move(node), start});
}

/// What is inside comes out as it was written.
void Parser::parse_literal(Block& block, std::size_t start) {
    close_directive();
    const std::size_t begin = position_;
    static_cast<void>(parse_until_end("literal", start));
    const std::size_t end = failed() ? begin : text_.rfind('#', position_ - 1);
    block.push_back(Node{Text{std::string(text_.substr(begin, end - begin))}, start});
}

/// #break, or #break($foreach.parent) for a loop around this one.
void Parser::parse_break(Block& block, std::size_t start) {
    Break node;
    const std::size_t after = position_;
    skip_blanks();
    if (peek() == '(') {
        ++position_;
        skip_blanks();
        const std::size_t at = position_;
        const auto scope = peek() == '$' ? parse_reference() : std::nullopt;
        node.loops = scope ? loops_named(*scope) : 0;
        if (node.loops == 0) {
            fail("'#break' leaves loops", at, "write #break, or #break($foreach.parent)");
        }
        close_directive();
    } else {
        position_ = after;
    }
    block.push_back(Node{node, start});
}

void Parser::parse_call(Block& block, std::string_view name, bool with_body, std::size_t start) {
    MacroCall call;
    call.name = name;
    const std::size_t after = position_;
    skip_blanks();
    if (peek() == '(') {
        ++position_;
        call.arguments = parse_arguments(')');
        skip_line_end();
    } else {
        position_ = after;
    }
    if (!macro_names_.contains(name)) {
        fail(fmt::format("there is no macro '{}'", name), start);
    }
    if (with_body) {
        call.body = std::make_unique<DefinedBlock>(DefinedBlock{parse_until_end("@", start)});
    }
    block.push_back(Node{std::move(call), start});
}

} // namespace samara::vtl
