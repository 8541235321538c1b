#pragma once

#include "base/error.h"
#include "data/value.h"

#include <map>
#include <string>
#include <vector>

/// Template parameters and the values they have in this run.
namespace samara::model {

/// Parameter name to the text the user gave for it.
using ParameterOverrides = std::map<std::string, std::string>;

/// What --parameter-overrides takes, in both spellings and any number a token:
/// `K=V`, `K="a b" L=W`, `ParameterKey=K,ParameterValue=V`. Fails (usage) on anything else.
base::Result<ParameterOverrides> parse_parameter_overrides(const std::vector<std::string>& tokens);

/// The values of the parameters: the override, else the Default. A list type gives a list of
/// trimmed strings, everything else a string. Parameters without a value are left out, overrides
/// without a parameter are there. What is wrong goes to `diagnostics`: what check_parameter()
/// finds (the value is taken nevertheless).
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
std::map<std::string, data::Value> parameter_values(
    const data::Map& parameters,
    const ParameterOverrides& overrides,
    base::Diagnostics& diagnostics);

} // namespace samara::model
