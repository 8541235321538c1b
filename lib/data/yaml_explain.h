#pragma once

#include "base/error.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// What is wrong with a text that is not YAML, in words. Private to data/.
namespace samara::data {

/// A reason and what to do, and the line and column (from 1) they are about.
struct YamlFault {
    std::string message;
    std::string hint;
    std::size_t line = 1;
    std::size_t column = 1;
};

/// `reason` is the parser's, which stopped at `line` and `column` (from 1): often after the mistake
/// and in its own terms. Looks at the lines before for what people get wrong: indentation, tabs,
/// brackets and quotes that are never closed, a colon within a value, a forgotten colon.
YamlFault
explain_yaml(std::string_view text, std::size_t line, std::size_t column, std::string_view reason);

/// The bracket that is never closed, or is closed by another one; nothing when all are.
std::optional<YamlFault> unclosed_bracket(std::string_view text);

/// "   12 |   Handler: app\n      |   ^": a line of the text with a caret below the column.
std::string excerpt(std::string_view text, std::size_t line, std::size_t column);

} // namespace samara::data
