#pragma once

#include "base/error.h"
#include "data/value.h"

#include <string_view>

namespace samara::transform {

/// Values that AWS refuses, where they are written out: numbers outside of their limits
/// (schemas/transform/value_limits.json), runtimes that Lambda does not have, methods and paths
/// that API Gateway does not take. A retired runtime is a warning.
base::Diagnostics check_values(const data::Value& document, std::string_view today);

/// What is wrong with a path of a REST or HTTP API, or empty.
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html
std::string_view path_fault(std::string_view path);

} // namespace samara::transform
