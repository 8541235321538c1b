#pragma once

#include "data/value.h"

#include <optional>
#include <string_view>

namespace samara::data {

/// A table that is part of the program (samara_embed), read from JSON: `bytes` is what
/// embedded(name) gives. A program whose own table is missing or cannot be read is broken: it ends
/// at once and says which. A test holds every file under schemas/ to its shape, so that whoever
/// reads a table need not.
Value embedded_table(std::optional<std::string_view> bytes, std::string_view name);

} // namespace samara::data
