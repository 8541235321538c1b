#pragma once

#include "base/error.h"
#include "data/value.h"

#include <string_view>

namespace samara::transform {

/// Adds to `found` what CloudFormation refuses of the argument of an intrinsic function, whatever
/// the parameters are. `extended`: the template has AWS::LanguageExtensions, where more may be
/// computed.
void check_arguments(const data::Entry& call, bool extended, base::Diagnostics& found);

} // namespace samara::transform
