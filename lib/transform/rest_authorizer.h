#pragma once

#include "data/value.h"
#include "transform/resource.h"

#include <optional>
#include <utility>
#include <vector>

namespace samara::transform {

/// Name and OpenAPI security scheme of each authorizer of a REST API's Auth (Cognito user pools and
/// Lambda functions). Nothing, and errors, when one of them is wrong.
std::optional<std::vector<std::pair<data::Value, data::Value>>>
read_rest_authorizers(const Properties& auth);

} // namespace samara::transform
