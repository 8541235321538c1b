#pragma once

#include "base/error.h"
#include "data/value.h"
#include "gateway/route/model.h"

#include <vector>

namespace samara::gateway {

/// Gives each of `apis` the API keys of the template that count for it, and tells of routes that
/// want a key where there is none.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
void add_api_keys(
    const data::Map& resources, std::vector<Api>& apis, base::Diagnostics& diagnostics);

} // namespace samara::gateway
