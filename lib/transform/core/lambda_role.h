#pragma once

#include "data/value.h"
#include "transform/core/resource.h"

#include <string_view>

/// What the resources share whose tags and role are Lambda's: capacity providers, network
/// connectors and the images of microVMs.
namespace samara::transform {

/// The resource's Tags with the one that SAM adds, as a list.
data::List lambda_tags(const Resource& resource);

/// The ARN of the role <logical id><suffix>, which Lambda takes on for the resource. Adds the role:
/// `properties` are what it has beside its trust and its tags.
data::Value
emit_lambda_role(const Resource& resource, std::string_view suffix, data::Map properties);

} // namespace samara::transform
