#pragma once

#include "data/value.h"
#include "transform/checks/lint_rule.h"

namespace samara::transform {

/// Values that are hardly meant: an Fn::Sub without variables (W1020) or with unused ones (W1019),
/// ${Name} outside of Fn::Sub (E1029), comparisons of what is fixed (W8003), an availability zone
/// (W3010) or a password (W1011, W2501) in the template, the old language of policies (W2511), an
/// import that is exported (W6001).
Findings lint_values(const data::Value& document);

} // namespace samara::transform
