#pragma once

#include "app/load/application.h"
#include "app/load/function_environment.h"
#include "base/error.h"
#include "base/log.h"
#include "data/value.h"
#include "model/parameters.h"

#include <string>
#include <vector>

/// Names on the command line that nothing in the template answers to: warnings, with a near name.
namespace samara::app {

/// Overrides of parameters that the template neither declares nor refers to.
base::Diagnostics
check_overrides(const data::Value& document, const model::ParameterOverrides& overrides);

/// Functions and variables of --env-vars that the template does not have.
void check_variables(
    const VariableOverrides& overrides, const Application& application, const base::Log& log);

/// Ids, given to `option`, that are not among the known ones: functions, resources.
void check_ids(
    std::string_view option,
    const std::vector<std::string>& given,
    std::string_view what,
    const std::vector<std::string>& known,
    const base::Log& log);

} // namespace samara::app
