#pragma once

#include "base/error.h"
#include "data/value.h"
#include "gateway/integration/parameter_mapping.h"

#include <memory>
#include <string>
#include <vector>

namespace samara::gateway {

/// The parameter mapping of an HTTP API's integration, as x-amazon-apigateway-integration and
/// AWS::ApiGatewayV2::Integration write it; nullptr when it has none. What API Gateway would refuse
/// is left out, and said in `refused`.
std::shared_ptr<const ParameterMapping>
read_parameter_mapping(const data::Value& integration, std::vector<std::string>& refused);

} // namespace samara::gateway
