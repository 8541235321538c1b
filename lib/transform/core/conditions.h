#pragma once

#include "transform/core/context.h"

#include <string>
#include <string_view>

/// Conditions that the transform adds to the template. Each gives the name of the condition.
namespace samara::transform {

/// NOT<condition><suffix>
std::string
negated_condition(Context& context, std::string_view condition, std::string_view suffix = {});

/// <first>AND<second><suffix>
std::string both_conditions(
    Context& context,
    std::string_view first,
    std::string_view second,
    std::string_view suffix = {});

} // namespace samara::transform
