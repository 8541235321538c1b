#pragma once

#include "options.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// How a command tells its options.
namespace samara::cli {

struct HelpText {
    std::string usage_name; ///< "samara local invoke"
    std::string summary;
    std::string examples; ///< lines
    std::vector<OptionRow> rows;
};

/// For people: the examples, then the options under their headings, in lines of at most `width`
/// columns.
std::string help_text(const HelpText& help, std::size_t width);

/// For programs that write manual pages and completions: one JSON object.
std::string help_json(const HelpText& help);

/// 80 columns, or those of the terminal that is written to where it has fewer.
std::size_t help_width();

/// `text` in lines of at most `width` columns, each behind `indent`. A word that is longer stays
/// whole.
std::string wrapped(std::string_view text, std::string_view indent, std::size_t width);

} // namespace samara::cli
