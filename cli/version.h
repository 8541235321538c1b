#pragma once

#include <string>
#include <string_view>

namespace samara::cli {

inline constexpr std::string_view own_version = SAMARA_VERSION;

/// The AWS SAM CLI whose command line this is. Editors compare the version that --info tells with
/// the oldest and newest SAM CLI they work with.
inline constexpr std::string_view compatible_version = "1.164.0";

/// What --version tells. Scripts read its first line, "samara, version 0.1.0".
std::string version_text();

} // namespace samara::cli
