#pragma once

#include "data/value.h"
#include "transform/policies.h"
#include "transform/resource.h"

#include <string>
#include <string_view>

namespace samara::transform {

/// One event of a function while it is expanded.
struct FunctionEvent {
    const Resource& function;
    Properties properties;
    std::string name;      ///< the event's key
    std::string_view type; ///< its Type
    std::string prefix;    ///< function's logical id + name: the ids of what it generates
    std::string target_id; ///< logical id of the function, or of the alias it publishes
    bool target_is_alias = false;
    data::Map attributes;  ///< of every generated resource: Condition ...
    const data::Map& tags; ///< the function's Tags when they are to be passed on, else empty
    RolePolicies& policies;       ///< of the function's role, when the transform makes one

    /// What names the target in a Lambda permission or event source mapping.
    [[nodiscard]] data::Value target_name() const;

    /// The ARN of the target.
    [[nodiscard]] data::Value target_arn() const;

    /// Adds a resource with `attributes`.
    void emit(std::string logical_id, std::string_view resource_type, data::Map resource) const;
};

} // namespace samara::transform
