#pragma once

#include "transform/core/context.h"

#include <string_view>

namespace samara::transform {

/// Finishes a resource of the template, no SAM resource, that an event has changed. AWS's transform
/// reads and writes it anew as one of the type it knows: other properties than those of the list
/// properties/changed/<list>.json are errors, and null ones and other attributes than it hands on
/// elsewhere are left out.
void finish_changed_resource(
    Context& context, std::string_view logical_id, data::Map& resource, std::string_view list);

} // namespace samara::transform
