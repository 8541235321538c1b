#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace samara::transform {

/// What to write instead of a resource type that CloudFormation does not have, as far as a list of
/// names tells (schemas/transform/resource_types.txt, beside the table that `validate --lint`
/// unpacks). Nothing for types it has, for SAM's, and for those that anybody may define. An empty
/// text where no name is near: the type may be newer than the list.
std::optional<std::string> misspelt_type(std::string_view type);

} // namespace samara::transform
