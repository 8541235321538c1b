#pragma once

#include "data/value.h"

#include <string>
#include <string_view>

namespace samara::transform {

/// JSON as the published transform hashes it: sorted keys, no blanks, not ASCII escaped as \uXXXX.
/// A string stands for itself, without quotes.
std::string hash_input(const data::Value& value);

/// JSON text with what is not ASCII written as \uXXXX.
std::string ascii_json(std::string_view json);

/// The first `length` digits of the SHA-1 of hash_input(value).
std::string short_hash(const data::Value& value, std::size_t length = 10);

/// prefix + short_hash(value): the id of a resource that must change when `value` does. The prefix
/// alone when there is nothing to hash (is_given).
std::string hashed_id(std::string_view prefix, const data::Value& value);

/// Without everything that is not A-Z, a-z, 0-9.
std::string alphanumeric(std::string_view text);

} // namespace samara::transform
