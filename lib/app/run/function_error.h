#pragma once

#include "base/error.h"
#include "model/function.h"

#include <string>

/// Errors about functions of the template. Private to app/.
namespace samara::app {

/// Where and of what it is, unless the error knows better.
base::Error
about_function(base::Error error, const model::Function& function, const base::Location& where);

base::Error function_error(
    const model::Function& function, base::Location where, std::string message, std::string hint);

} // namespace samara::app
