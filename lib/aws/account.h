#pragma once

#include <string_view>

namespace samara::aws {

/// The account that everything local belongs to: AWS's own example number, so that nobody takes it
/// for theirs.
inline constexpr std::string_view local_account = "123456789012";

} // namespace samara::aws
