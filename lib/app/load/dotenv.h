#pragma once

#include "base/error.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace samara::app {

/// A file of variables as python-dotenv reads it, which the AWS SAM CLI uses:
///   # a comment
///   export NAME = value   # white space is left out, and a comment after it
///   NAME="first\nsecond ${OTHER:-default}"
/// Quoted values may have several lines. ${OTHER} is a name of the file, else of `environment`.
struct Dotenv {
    std::vector<std::pair<std::string, std::string>> variables;
    base::Diagnostics ignored; ///< lines that say nothing
};

Dotenv read_dotenv(
    std::string_view text,
    std::string_view file,
    const std::function<std::optional<std::string>(const std::string&)>& environment);

} // namespace samara::app
