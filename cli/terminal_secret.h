#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace samara::cli {

/// Asks on the terminal, whatever the standard streams are, and does not show what is typed.
/// Nothing when there is no terminal or no answer.
std::optional<std::string> ask_secret(std::string_view question);

} // namespace samara::cli
