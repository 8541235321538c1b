#pragma once

#include "data/value.h"
#include "transform/checks/lint_rule.h"

namespace samara::transform {

/// Parameters, mappings and conditions that nothing refers to (W2001, W7001, W8001), parameters of
/// the console's interface that there are not (W4001), secrets that are shown (W2010, W4002).
Findings lint_names(const data::Value& document);

} // namespace samara::transform
