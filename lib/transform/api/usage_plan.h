#pragma once

#include "data/value.h"
#include "transform/core/resource.h"

#include <string>

namespace samara::transform {

/// What the APIs of a template that share one plan have put into it so far.
struct SharedUsagePlan {
    data::List depends_on;
    data::List api_stages;
    data::List stage_keys;
    bool always = false;  ///< some API has no condition
    data::Map conditions; ///< names as keys
    data::Map attributes; ///< DeletionPolicy, UpdateReplacePolicy
};

/// The UsagePlan of an API's Auth: a usage plan, a key and what binds them, for this API or shared
/// by all. False after an error. `stage` is the logical id of the API's stage.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiusageplan.html
bool emit_usage_plan(const Resource& api, const std::string& stage);

} // namespace samara::transform
