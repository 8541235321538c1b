#pragma once

#include "data/value.h"

#include <string>

/// Writing a Value as text. The same value always gives the same bytes.
namespace samara::data {

/// Compact JSON in one line (`indent` 0), or one member a line. Map order is kept; text that is not
/// ASCII is written as UTF-8. An infinite or not-a-number becomes null.
std::string write_json(const Value& value, int indent = 0);

/// Block YAML that reads back as the same value: strings that YAML 1.1 would take for something
/// else are quoted, texts of several lines are literal blocks where that keeps them.
std::string write_yaml(const Value& value);

} // namespace samara::data
