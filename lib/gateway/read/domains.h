#pragma once

#include "base/error.h"
#include "data/value.h"
#include "gateway/route/model.h"

namespace samara::gateway {

/// The custom domains and base paths that lead to the API.
/// docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html
void read_domains(const data::Map& resources, Api& api, base::Diagnostics& diagnostics);

} // namespace samara::gateway
