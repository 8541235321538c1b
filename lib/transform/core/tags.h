#pragma once

#include "data/value.h"
#include "transform/core/resource.h"

#include <string_view>

namespace samara::transform {

/// A map of tags as the list of {Key, Value} that most resources take.
data::List tag_list(const data::Map& tags);

/// With `<service>:createdBy: SAM` first, e.g. "lambda".
data::List tag_list_created_by(std::string_view service, const data::Map& tags);

/// Whether Tags of a function or an application leave the keys alone that SAM sets itself; else an
/// error.
bool check_lambda_tags(const Properties& properties);

} // namespace samara::transform
