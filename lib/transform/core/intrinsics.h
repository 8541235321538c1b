#pragma once

#include "data/value.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Recognising and building intrinsic function calls.
namespace samara::transform {

/// A map of exactly one member whose key is Ref, Condition or begins with "Fn::".
bool is_intrinsic(const data::Value& value);

/// The argument of the intrinsic `function` when `value` is that call, else nullptr.
const data::Value* argument_of(const data::Value& value, std::string_view function);

bool is_no_value(const data::Value& value);

/// The logical id that a Ref or a Fn::GetAtt names, else empty.
std::string_view referenced_id(const data::Value& value);

/// The three arguments when `value` is a well-formed Fn::If.
struct If {
    const data::Value& condition;
    const data::Value& then_value;
    const data::Value& else_value;
};

std::optional<If> as_if(const data::Value& value);

data::Value make_ref(std::string_view name);
data::Value make_get_att(std::string_view resource, std::string_view attribute);
data::Value make_sub(std::string text);
data::Value make_sub(std::string text, data::Map variables);
data::Value make_join(std::string_view separator, data::List pieces);
data::Value make_no_value();
data::Value make_if(std::string_view condition, data::Value then_value, data::Value else_value);

/// `value`, or when `condition` is not null: Fn::If [condition, value, AWS::NoValue].
data::Value make_conditional(const data::Value* condition, data::Value value);

/// {"Condition": name}
data::Value make_condition(std::string_view name);

/// Whether a property is there and the boolean true.
bool is_boolean_true(const data::Value* value);

/// Whether AWS's transform takes a property for being there: null, false, 0 and what is empty do
/// not count.
bool is_given(const data::Value* value);

} // namespace samara::transform
