#pragma once

#include "base/error.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace samara::transform {

/// What linting finds. `rule` is what cfn-lint calls it ("W2001"), for those who look for it or
/// switch it off; empty where cfn-lint has none.
struct Finding {
    std::string_view rule;
    base::Severity severity = base::Severity::warning;
    base::Error error;
};

using Findings = std::vector<Finding>;

/// A likely mistake.
inline Finding lint_warning(
    std::string_view rule,
    std::string_view resource,
    std::string message,
    std::string hint,
    const base::Location& where) {
    base::Error error;
    error.resource = resource;
    error.message = std::move(message);
    error.hint = std::move(hint);
    error.where = where;
    return {rule, base::Severity::warning, std::move(error)};
}

} // namespace samara::transform
