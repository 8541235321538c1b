#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace samara::intrinsics {

/// What Ref and Fn::GetAtt of one resource type give. Patterns know ${LogicalId}, ${Name} and the
/// pseudo parameters.
struct ResourceValues {
    std::string name_property; ///< the property with the physical name; may be empty
    std::string ref;           ///< pattern; empty: the physical name
    std::map<std::string, std::string, std::less<>> attributes;
};

/// The row of schemas/intrinsics/resource_values.json, if the type has one.
std::optional<ResourceValues> resource_values(std::string_view type);

} // namespace samara::intrinsics
