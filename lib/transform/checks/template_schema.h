#pragma once

#include "data/value.h"

namespace samara::transform {

/// The JSON Schema (draft 7) of a SAM template: its sections, the attributes of resources, and the
/// properties of SAM resources and their events as the property lists have them. Required
/// properties are left to the transform, because Globals may give them.
data::Value template_schema();

} // namespace samara::transform
