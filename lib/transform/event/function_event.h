#pragma once

#include "data/value.h"
#include "transform/core/policies.h"
#include "transform/core/resource.h"

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
    data::Map attributes;   ///< of every generated resource: Condition ...
    RolePolicies& policies; ///< of the function's role, when the transform makes one

    /// What names the target in a Lambda permission or event source mapping.
    [[nodiscard]] data::Value target_name() const;

    /// The ARN of the target.
    [[nodiscard]] data::Value target_arn() const;

    /// The properties, with errors that name the generated resource rather than the function:
    /// AWS reports wrong kinds and missing properties of an event so.
    [[nodiscard]] Properties generated_place() const;

    /// The logical id of the permission below.
    [[nodiscard]] std::string permission_id(std::string_view suffix = {}) const;

    /// Adds `<prefix><suffix>Permission`: the principal may invoke the target. Null members of
    /// `conditions` (SourceArn, SourceAccount, EventSourceToken) are left out.
    void emit_permission(
        std::string_view principal, data::Map conditions, std::string_view suffix = {}) const;

    /// Adds a resource with `attributes`.
    void emit(std::string logical_id, std::string_view resource_type, data::Map resource) const;
};

} // namespace samara::transform
