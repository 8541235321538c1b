#pragma once

#include "base/error.h"

#include <string>

namespace samara::gateway {

/// A diagnostic of this module; `resource` is the logical id it concerns.
inline base::Diagnostic
diagnose(base::Severity severity, std::string message, std::string resource, base::Location where) {
    base::Diagnostic diagnostic;
    diagnostic.severity = severity;
    diagnostic.error.message = std::move(message);
    diagnostic.error.resource = std::move(resource);
    diagnostic.error.where = std::move(where);
    return diagnostic;
}

} // namespace samara::gateway
