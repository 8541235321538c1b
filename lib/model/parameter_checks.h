#pragma once

#include "base/error.h"
#include "data/value.h"

#include <map>
#include <string>

namespace samara::model {

/// Whether a parameter of that Type is a list, written as text with commas.
bool is_list_type(std::string_view type);

/// What CloudFormation would say about the declared parameters and the values that they have:
/// the override, else the Default. A declaration must be a map with a Type; a value must be a
/// number where the Type says so and fit AllowedValues, AllowedPattern, MinLength, MaxLength,
/// MinValue and MaxValue, each item of a list by itself. The message is ConstraintDescription where
/// there is one; the value of a NoEcho parameter is never in it. A Type that CloudFormation does
/// not document is a warning.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
base::Diagnostics
check_parameters(const data::Map& parameters, const std::map<std::string, std::string>& overrides);

/// The same for one of them.
void check_parameter(
    const data::Entry& parameter,
    const std::map<std::string, std::string>& overrides,
    base::Diagnostics& diagnostics);

} // namespace samara::model
