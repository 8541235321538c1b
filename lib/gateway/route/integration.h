#pragma once

#include "gateway/route/model.h"

namespace samara::gateway {

/// What calls a function, by proxy or behind templates; nullptr: the integration has none.
inline const LambdaIntegration* function_of(const Integration& integration) {
    if (const auto* mapped = std::get_if<MappedLambdaIntegration>(&integration)) {
        return &mapped->lambda;
    }
    return std::get_if<LambdaIntegration>(&integration);
}

} // namespace samara::gateway
