#pragma once

#include "data/value.h"
#include "transform/core/parameters.h"

#include <optional>

namespace samara::transform {

/// `value` with everything evaluated that is known before the deployment: references to parameters,
/// mappings, and Fn::If, Fn::Join, Fn::Select, Fn::Split and Fn::Sub of what is known. `conditions`
/// is the section Conditions, or nullptr. What is not known stays as it is written.
data::Value
known_value(const data::Value& value, const Parameters& parameters, const data::Map* conditions);

/// Whether the condition of that name holds; nothing when only a deployment can tell.
std::optional<bool>
known_condition(std::string_view name, const Parameters& parameters, const data::Map* conditions);

} // namespace samara::transform
