#pragma once

#include "vtl/template.h"
#include "vtl/tree.h"

#include <deque>
#include <map>
#include <string>
#include <string_view>

namespace samara::vtl {

/// One rendering of a Tree.
class Evaluator {
public:
    Evaluator(const Tree& tree, const Variables& variables, Work& work)
        : tree_(tree), host_(variables), work_(work) {}

    std::string run();

    /// Of what was being evaluated when the work failed.
    [[nodiscard]] std::size_t offset() const { return offset_; }

private:
    /// What goes on after a node.
    enum class Flow : std::uint8_t { next, leave_loop, stop };

    // evaluator.cpp: what writes
    Flow render(const Block& block, std::string& output);
    Flow render(const Node& node, std::string& output);
    void print(const Print& print, std::string& output);
    void set(const Set& set);
    Flow choose(const If& node, std::string& output);
    Flow loop(const Foreach& node, std::string& output);
    /// Behind a loop that was left.
    Flow behind_loop(Flow flow);
    Flow call(const MacroCall& call, std::string& output);
    void append(std::string& output, std::string_view text);
    Values items_of(const Value& value);
    /// The block of a #define is rendered where it is named.
    std::string block_text(const DefinedBlock& block);

    // evaluate_expression.cpp: what has a value
    Value evaluate(const Expression& expression);
    Value evaluate_content(const Expression& expression);
    Value evaluate_binary(const Binary& binary);
    Value operand(
        const Binary& binary, const Expression& expression, const Value& value, const Value& other);
    /// The value up to the step before `count`; all of them without.
    Value resolve(const Reference& reference, std::size_t count);
    Value take_step(const Value& value, const Step& step);
    Variable variable(std::string_view name);
    [[nodiscard]] const std::string& written(const Reference& reference) const;
    void assign(const std::string& name, const Value& value);
    /// A variable of the innermost macro only, or of the template outside of macros.
    std::map<std::string, Variable, std::less<>>& own_variables();
    std::string text(const Value& value);

    /// A macro that is being rendered. Its arguments are passed by name: evaluated, where the macro
    /// was called, each time they are used.
    struct Frame {
        std::map<std::string, const Expression*, std::less<>> arguments;
        std::map<std::string, Variable, std::less<>> own;
        std::size_t caller = 0; ///< its frame, counted from 1; 0 is the template
    };

    const Tree& tree_;
    const Variables& host_;
    Work& work_;
    std::map<std::string, Variable, std::less<>> variables_;
    std::deque<Frame> frames_;
    std::size_t frame_ = 0; ///< the one that names are looked up in
    std::size_t offset_ = 0;
    std::size_t macro_depth_ = 0;
    std::size_t loops_left_ = 0; ///< by the #break that is under way
};

} // namespace samara::vtl
