#pragma once

#include "base/error.h"
#include "data/value.h"

namespace samara::transform {

/// What CloudFormation refuses in one section of a template whatever the parameters are: functions
/// where it wants a written value, references of conditions to resources, outputs that are no text,
/// policies that there are not, another version of SAM's transform. `document` is the template as
/// it was written.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
base::Diagnostics check_sections(const data::Value& document);

} // namespace samara::transform
