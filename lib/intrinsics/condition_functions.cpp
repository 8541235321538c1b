#include "intrinsics/evaluator.h"

#include <algorithm>

#include <fmt/format.h>

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html
namespace samara::intrinsics {

using data::List;
using data::Value;

bool Resolver::Evaluator::condition(const std::string& name, const base::Location& where) {
    return known_condition(name, where).value_or(false);
}

std::optional<bool>
Resolver::Evaluator::known_condition(const std::string& name, const base::Location& where) {
    if (const auto known = known_conditions_.find(name); known != known_conditions_.end()) {
        return known->second;
    }
    if (unknown_conditions_.contains(name)) {
        ++failures_; // reported already
        return std::nullopt;
    }
    const std::size_t before = failures_;
    const Value* definition = sections_.conditions->find(name);
    if (definition == nullptr) {
        error(
            fmt::format("condition '{}' is not defined", name),
            "add it to the Conditions section",
            where);
        unknown_conditions_.insert(name);
        return std::nullopt;
    }
    if (!open_conditions_.insert(name).second) {
        error(fmt::format("condition '{}' refers to itself", name), {}, definition->where());
        return std::nullopt;
    }
    const Value result = evaluate(*definition).value_or(Value());
    open_conditions_.erase(name);
    const bool* boolean = result.as_boolean();
    const bool holds = boolean != nullptr ? *boolean : result.text() == "true";
    if (boolean == nullptr && !result.is_null() && result.text() != "true" &&
        result.text() != "false") {
        error(
            fmt::format(
                "condition '{}' is {}, not a condition", name, data::kind_name(result.kind())),
            "use !Equals, !And, !Or, !Not or !Condition",
            definition->where());
    }
    if (failures_ != before) {
        unknown_conditions_.insert(name);
        return std::nullopt;
    }
    known_conditions_[name] = holds;
    return holds;
}

std::optional<Value> Resolver::Evaluator::condition_reference(const Value& argument) {
    const auto holds = known_condition(*argument.as_string(), argument.where());
    return holds ? std::optional(Value(*holds)) : std::nullopt;
}

std::optional<Value> Resolver::Evaluator::if_(const Value& argument) {
    const List* list = argument.as_list();
    if (list == nullptr || list->size() != 3) {
        return error(
            "the arguments do not fit; write !If [Condition, value if true, value if false]",
            {},
            argument.where());
    }
    const Value& test = list->front();
    const std::size_t before = failures_;
    bool holds = false;
    if (test.is_string()) {
        holds = condition(*test.as_string(), test.where());
    } else {
        const Value result = evaluate(test).value_or(Value());
        holds = result.as_boolean() != nullptr && *result.as_boolean();
    }
    if (failures_ != before) {
        return std::nullopt;
    }
    return branch((*list)[holds ? 1 : 2]); // the other branch may refer to what does not exist
}

// What stands in the place of a call is a value of the template like those around it: what cannot
// be evaluated in it concerns only its own member, unless the call is part of another one.
std::optional<Value> Resolver::Evaluator::branch(const Value& value) {
    if (calls_ > 1) {
        return evaluate(value);
    }
    const std::size_t before = failures_;
    std::optional<Value> result = evaluate_outermost(value, unknown_);
    failures_ = before;
    return result;
}

std::optional<Value> Resolver::Evaluator::equals(const Value& argument) {
    const auto items = arguments(argument, 2, 2, "!Equals [value, value]");
    if (!items) {
        return Value();
    }
    const Value& a = items->front();
    const Value& b = items->back();
    const bool scalars = !a.is_list() && !a.is_map() && !b.is_list() && !b.is_map();
    return Value(scalars ? data::scalar_text(a) == data::scalar_text(b) : a == b);
}

std::optional<std::vector<bool>>
Resolver::Evaluator::operands(const Value& argument, std::string_view function) {
    const std::size_t least = function == "Not" ? 1 : 2;
    const std::size_t most = function == "Not" ? 1 : 10;
    const std::size_t before = failures_;
    const auto items =
        arguments(argument, least, most, fmt::format("!{} [condition, ...]", function));
    if (!items || failures_ != before) { // reported already
        return std::nullopt;
    }
    std::vector<bool> result;
    for (const Value& item : *items) {
        const bool* boolean = item.as_boolean();
        if (boolean == nullptr && item.text() != "true" && item.text() != "false") {
            error(
                fmt::format(
                    "Fn::{} takes conditions, not {}", function, data::kind_name(item.kind())),
                {},
                argument.where());
            return std::nullopt;
        }
        result.push_back(boolean != nullptr ? *boolean : item.text() == "true");
    }
    return result;
}

std::optional<Value> Resolver::Evaluator::and_(const Value& argument) {
    const auto values = operands(argument, "And");
    return values ? Value(std::find(values->begin(), values->end(), false) == values->end())
                  : Value();
}

std::optional<Value> Resolver::Evaluator::or_(const Value& argument) {
    const auto values = operands(argument, "Or");
    return values ? Value(std::find(values->begin(), values->end(), true) != values->end())
                  : Value();
}

std::optional<Value> Resolver::Evaluator::not_(const Value& argument) {
    const auto values = operands(argument, "Not");
    return values ? Value(!values->front()) : Value();
}

} // namespace samara::intrinsics
