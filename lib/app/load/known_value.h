#pragma once

#include "data/value.h"
#include "model/parameters.h"

#include <optional>
#include <string>

namespace samara::app {

/// What an intrinsic function stands for, where that is known without a deployment and without a
/// doubt: a scalar or a list. Nothing for another value. `document` is the template it stands in.
std::optional<data::Value> known_value(
    const data::Value& document,
    const data::Value& call,
    const std::string& region,
    const model::ParameterOverrides& overrides);

} // namespace samara::app
