#include "vtl/evaluator.h"
#include "vtl/methods.h"
#include "vtl/operators.h"

#include <utility>

#include <fmt/format.h>

namespace samara::vtl {

std::string Evaluator::text(const Value& value) {
    if (const auto* block = std::get_if<const DefinedBlock*>(&value)) {
        return block_text(**block);
    }
    return text_of(value, work_);
}

/// The variable or argument of a macro that is being rendered, else the template's variable, else
/// the program's, which is asked once.
Variable Evaluator::variable(std::string_view name) {
    for (std::size_t at = frame_; at != 0; at = frames_[at - 1].caller) {
        const Frame& frame = frames_[at - 1];
        if (const auto own = frame.own.find(name); own != frame.own.end()) {
            return own->second;
        }
        if (const auto argument = frame.arguments.find(name); argument != frame.arguments.end()) {
            const std::size_t inside = std::exchange(frame_, frame.caller);
            const Value value = evaluate(*argument->second);
            frame_ = inside;
            return {value, false};
        }
    }
    const auto known = variables_.find(name);
    if (known != variables_.end()) {
        return known->second;
    }
    const Variable given = host_ ? host_(name, work_) : Variable{};
    if (!is_null(given.value)) {
        variables_.insert_or_assign(std::string(name), given);
    }
    return given;
}

Value Evaluator::resolve(const Reference& reference, std::size_t count) {
    offset_ = reference.offset;
    Value value = variable(reference.name).value;
    for (std::size_t i = 0; i < count && !is_null(value) && work_.step(); ++i) {
        value = take_step(value, reference.steps[i]);
    }
    return work_.failed() ? Value{} : value;
}

Value Evaluator::take_step(const Value& value, const Step& step) {
    Values arguments;
    for (const Expression& argument : step.arguments) {
        arguments.push_back(evaluate(argument));
    }
    if (work_.failed()) {
        return {};
    }
    offset_ = step.offset;
    Value receiver = value;
    if (const auto* block = std::get_if<const DefinedBlock*>(&value)) {
        receiver = work_.text(block_text(**block));
    }
    switch (step.kind) {
    case Step::Kind::property:
        return property_of(receiver, step.name, work_);
    case Step::Kind::index:
        return call_method(receiver, "get", arguments, work_);
    case Step::Kind::method:
        return call_method(receiver, step.name, arguments, work_);
    }
    return {};
}

Value Evaluator::evaluate(const Expression& expression) {
    const Work::Depth depth(work_);
    if (!work_.step()) {
        return {};
    }
    const std::size_t outer = offset_;
    offset_ = expression.offset;
    Value value = evaluate_content(expression);
    if (!work_.failed()) {
        offset_ = outer;
    }
    return value;
}

Value Evaluator::evaluate_content(const Expression& expression) {
    if (const auto* constant = std::get_if<Constant>(&expression.content)) {
        return std::visit(
            [](const auto& content) -> Value {
                using Content = std::decay_t<decltype(content)>;
                if constexpr (std::is_same_v<Content, std::string>) {
                    return &content;
                } else {
                    return content;
                }
            },
            constant->value);
    }
    if (const auto* interpolation = std::get_if<Interpolation>(&expression.content)) {
        std::string output;
        render(interpolation->block, output);
        return work_.text(std::move(output));
    }
    if (const auto* reference = std::get_if<Reference>(&expression.content)) {
        return resolve(*reference, reference->steps.size());
    }
    if (const auto* unary = std::get_if<Unary>(&expression.content)) {
        const Value operand = evaluate(*unary->operand);
        if (!unary->negative) {
            return !is_true(operand);
        }
        return apply(Operator::subtract, std::int64_t{0}, operand, work_);
    }
    if (const auto* binary = std::get_if<Binary>(&expression.content)) {
        return evaluate_binary(*binary);
    }
    if (const auto* literal = std::get_if<ListLiteral>(&expression.content)) {
        List* list = work_.list();
        for (const Expression& item : literal->items) {
            work_.add(*list, evaluate(item));
        }
        return list;
    }
    if (const auto* range = std::get_if<RangeLiteral>(&expression.content)) {
        return make_range(evaluate(*range->first), evaluate(*range->last), work_);
    }
    Map* map = work_.map();
    for (const auto& [key, item] : std::get<MapLiteral>(expression.content).members) {
        const std::string name = text(evaluate(key));
        work_.put(*map, name, evaluate(item));
    }
    return map;
}

Value Evaluator::evaluate_binary(const Binary& binary) {
    const Value left = evaluate(*binary.left);
    if (binary.operation == Operator::logical_and && !is_true(left)) {
        return false;
    }
    if (binary.operation == Operator::logical_or && is_true(left)) {
        return true;
    }
    const Value right = evaluate(*binary.right);
    if (binary.operation == Operator::logical_and || binary.operation == Operator::logical_or) {
        return is_true(right);
    }
    if (work_.failed()) {
        return {};
    }
    const Value first = operand(binary, *binary.left, left, right);
    return apply(binary.operation, first, operand(binary, *binary.right, right, left), work_);
}

/// One side of an operator: a block of #define is its text, and what has no value stands in a text
/// as it was written.
Value Evaluator::operand(
    const Binary& binary, const Expression& expression, const Value& value, const Value& other) {
    if (const auto* block = std::get_if<const DefinedBlock*>(&value)) {
        return work_.text(block_text(**block));
    }
    const auto* reference = std::get_if<Reference>(&expression.content);
    const bool joined = binary.operation == Operator::add && as_text(other) != nullptr;
    return joined && is_null(value) && reference != nullptr ? work_.text(reference->written)
                                                            : value;
}

} // namespace samara::vtl
