#pragma once

#include "data/value.h"
#include "transform/checks/cloudformation_types.h"
#include "transform/checks/lint_rule.h"

namespace samara::transform {

/// Adds to `found` each Fn::GetAtt, or "${Id.Attribute}" of an Fn::Sub, below `section` that asks
/// one of the `resources` for an attribute that its type does not have.
void lint_attributes(
    const CloudFormationTypes& types,
    const data::Map& resources,
    const data::Value& section,
    Findings& found);

} // namespace samara::transform
