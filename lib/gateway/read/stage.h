#pragma once

#include "base/error.h"
#include "data/value.h"
#include "gateway/route/model.h"

#include <string>

namespace samara::gateway {

/// Name, variables and access log format of the API's stage, the first one the template has; others
/// are told.
void read_stage(const data::Map& resources, Api& api, base::Diagnostics& diagnostics);

/// "${stageVariables.name}" in a URI replaced by the stage's values.
std::string with_stage_variables(std::string uri, const TextPairs& variables);

/// What the stage's method settings and route settings say of requests a second, once the routes
/// are known.
/// docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-apigateway-stage-methodsetting.html
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
void read_stage_throttles(const data::Map& resources, Api& api);

} // namespace samara::gateway
