#pragma once

#include "base/error.h"
#include "data/value.h"

namespace samara::transform {

/// What stands in the wrong place of a template, as far as its shape alone tells: sections that
/// there are none of, resource types and attributes that are misspelt, members one level too high
/// or too low, a missing Transform, names with other characters than letters and digits. All of it
/// CloudFormation refuses.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
base::Diagnostics check_structure(const data::Value& document);

/// The nulls that AWS's transform leaves in a template: CloudFormation takes none anywhere.
base::Diagnostics check_nulls(const data::Value& transformed);

} // namespace samara::transform
