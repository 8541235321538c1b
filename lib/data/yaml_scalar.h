#pragma once

#include "data/value.h"

#include <string_view>

/// The YAML 1.1 rules for plain scalars, shared by the reader and the writer.
namespace samara::data {

/// The value a plain scalar stands for: null, boolean, integer (decimal, 0b, 0o-style octal, 0x,
/// base 60), float, or a string. Dates stay strings.
Value resolve_plain_scalar(std::string_view text);

} // namespace samara::data
