#pragma once

#include "data/value.h"
#include "transform/core/resource.h"

#include <optional>
#include <utility>
#include <vector>

namespace samara::transform {

/// Name and OpenAPI security scheme of each authorizer.
using RestAuthorizers = std::vector<std::pair<data::Value, data::Value>>;

/// The authorizers of a REST API's Auth: Cognito user pools, Lambda functions, and AWS_IAM where it
/// is the default. Nothing, and errors, when one of them is wrong.
std::optional<RestAuthorizers> read_rest_authorizers(const Properties& auth);

} // namespace samara::transform
