#pragma once

#include "data/value.h"
#include "transform/checks/lint_rule.h"

namespace samara::transform {

/// DependsOn that a reference says already (W3005) or that names a resource twice (E3005), a
/// resource kept in one of two cases only (W3011), references to what a condition may leave out
/// (W1001).
Findings lint_dependencies(const data::Value& document);

} // namespace samara::transform
