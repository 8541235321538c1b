#pragma once

#include "data/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reading loosely typed members: templates, API descriptions and answers write a number as a text
/// and a text as a number.
namespace samara::data {

/// The integer that a number is; nothing when it has a fraction or is too large for one.
std::optional<std::int64_t> whole_number(double number);

/// A scalar as text ("2.0" for 2.0 too, as payload format versions are written); empty for null,
/// lists and maps.
std::string text_of(const Value& value);

std::string text_of(const Value* value);

/// A scalar member as text; empty when it, or the map itself, is missing.
std::string text_of(const Value& map, std::string_view key);
std::string text_of(const Value* map, std::string_view key);

/// Whether a member is absent, or neither a map nor a list: an intrinsic function that could not be
/// evaluated is a map.
bool is_scalar(const Value* value);

/// Whether a member is there and true.
bool is_true(const Value* value);

/// A whole number, or a text that is one, as parameters give it.
std::optional<std::int64_t> integer_of(const Value* value);

/// The members of a map, or none.
const Map& members_of(const Value* value);

/// A list of scalars, or one scalar, as texts.
std::vector<std::string> texts_of(const Value* value);

} // namespace samara::data
