#pragma once

#include "data/value.h"

#include <functional>
#include <string_view>

namespace samara::transform {

/// Gets the name that a reference begins with, and the value that holds it.
using VisitReference = std::function<void(std::string_view name, const data::Value& at)>;

/// Calls visit for what every Ref, Fn::GetAtt and Fn::Sub in `value` names: "Table" for
/// !GetAtt Table.Arn.
void each_reference(const data::Value& value, const VisitReference& visit);

/// Calls visit for the text and each ${name} in it of an Fn::Sub with this argument, names of its
/// own map and ${!literals} left out; "Table.Arn" is one name.
void each_substitution(const data::Value& argument, const VisitReference& visit);

} // namespace samara::transform
