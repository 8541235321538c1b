#pragma once

#include "data/value.h"
#include "transform/core/resource.h"

#include <string_view>

namespace samara::transform {

/// A map of tags as the list of {Key, Value} that most resources take.
data::List tag_list(const data::Map& tags);

/// With `<service>:createdBy: SAM` first, e.g. "lambda".
data::List tag_list_created_by(std::string_view service, const data::Map& tags);

/// Whether Tags of the properties leave the reserved key `<service>:createdBy` alone; else an
/// error.
bool check_tags(const Properties& properties, std::string_view service);

} // namespace samara::transform
