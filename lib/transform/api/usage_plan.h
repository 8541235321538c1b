#pragma once

#include "transform/core/resource.h"

#include <string>

namespace samara::transform {

/// The UsagePlan of an API's Auth: a usage plan, a key and what binds them, for this API or shared
/// by all. False after an error. `stage` is the logical id of the API's stage.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiusageplan.html
bool emit_usage_plan(const Resource& api, const std::string& stage);

} // namespace samara::transform
