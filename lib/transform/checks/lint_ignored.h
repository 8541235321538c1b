#pragma once

#include "data/value.h"
#include "transform/checks/lint_rule.h"

#include <string>
#include <vector>

namespace samara::transform {

/// Takes out what cfn-lint would not tell: rules that begin with one of `ignored`, or that the
/// template's or the resource's Metadata switch off:
///   Metadata: {cfn-lint: {config: {ignore_checks: [W2001]}}}
void remove_ignored(Findings& found, const data::Value& document, std::vector<std::string> ignored);

/// The items of ignore_checks in a configuration of cfn-lint.
std::vector<std::string> ignored_checks(const data::Value& configuration);

} // namespace samara::transform
