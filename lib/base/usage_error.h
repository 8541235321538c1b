#pragma once

#include "base/error.h"

#include <string>
#include <utility>

namespace samara::base {

/// Of what was typed: the program ends with 2.
inline Error usage_error(std::string message, std::string hint = {}) {
    Error error;
    error.message = std::move(message);
    error.hint = std::move(hint);
    error.kind = ErrorKind::usage;
    return error;
}

} // namespace samara::base
