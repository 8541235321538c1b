#pragma once

#include "data/value.h"
#include "transform/checks/cloudformation_types.h"
#include "transform/checks/lint_rule.h"

namespace samara::transform {

/// Adds to `found` which properties of a resource of `type` CloudFormation does not take, misses,
/// or wants of another kind or value. `own`: the user wrote the resource itself, rather than
/// something that the transform made it of; else only what has a place in the template is reported.
void lint_properties(
    const CloudFormationTypes& types,
    const CloudFormationObject& type,
    const data::Entry& resource,
    bool own,
    Findings& found);

} // namespace samara::transform
