#pragma once

#include "data/value.h"

#include <optional>
#include <string>

namespace samara::data {

/// A text with a NUL character in a tree. YAML and JSON can write one ("\0", "\u0000"); paths,
/// names and variables of a program end at it.
struct NulText {
    std::string path; ///< "Environment.Variables.TOKEN", "Layers[1]"; empty for the tree itself
    base::Location where;
};

/// The first one, keys of maps included.
std::optional<NulText> find_nul(const Value& tree);

} // namespace samara::data
