#pragma once

#include "base/error.h"
#include "data/value.h"
#include "gateway/integration/mapping.h"

#include <memory>

namespace samara::gateway {

/// Templates, parameters and responses of an integration, as x-amazon-apigateway-integration and
/// AWS::ApiGateway::Method write them. Fails with the template that is none, or the pattern.
base::Result<std::shared_ptr<const Mapping>> read_mapping(const data::Value& integration);

} // namespace samara::gateway
