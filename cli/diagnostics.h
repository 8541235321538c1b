#pragma once

#include "base/error.h"
#include "console.h"

#include <string>

namespace samara::cli {

/// On stderr: as text, or one JSON object a line with severity, message, hint, file, line, column
/// and, where it concerns one, resource, event and property.
void print_diagnostics(Console& console, const base::Diagnostics& diagnostics, bool json);

/// The result of a check as one JSON object: {"file", "valid", "diagnostics": [as above]}.
std::string validation_json(const std::string& file, const base::Diagnostics& diagnostics);

/// --strict, for commands that tell what is wrong and do no more.
void make_errors(base::Diagnostics& diagnostics);

} // namespace samara::cli
