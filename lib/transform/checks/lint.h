#pragma once

#include "base/error.h"
#include "data/value.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// What is likely a mistake: warnings; and what CloudFormation does not take in a resource: errors.
namespace samara::transform {

struct LintOptions {
    /// Whether there is a file at this path, relative to the template's folder. Empty: files are
    /// not looked for.
    std::function<bool(std::string_view)> file_exists;

    /// "2026-01-31": runtimes whose support ended by then are reported. Empty: none is.
    std::string today;

    /// Rules (cfn-lint's names, or how they begin) that are not to be told.
    std::vector<std::string> ignored = {};
};

/// Looks through the template as it was written. `transformed`, when it is not null, is what the
/// transform made of it: then references to generated resources are known.
base::Diagnostics
lint(const data::Value& document, const data::Value& transformed, const LintOptions& options);

} // namespace samara::transform
