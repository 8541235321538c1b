#pragma once

#include "data/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reading loosely typed members of API descriptions. Private to gateway/.
namespace samara::gateway {

/// A scalar member as text ("2.0" for 2.0 too); empty when it is missing.
std::string text_of(const data::Value& map, std::string_view key);

/// A member in either spelling: OpenAPI extensions begin with a small letter, resource properties
/// with a capital one.
const data::Value* either(const data::Value& map, std::string_view small);

std::string either_text(const data::Value& map, std::string_view small);

/// Whether a member is absent, or neither a map nor a list: an intrinsic function that could not be
/// evaluated is a map.
bool is_scalar(const data::Value* value);

/// Whether a member is there and true.
bool is_true(const data::Value* value);

/// A whole number, or a text that is one, as parameters give it.
std::optional<std::int64_t> integer_of(const data::Value* value);

/// The members of a map, or none.
const data::Map& members_of(const data::Value* value);

/// What a reference such as {"$ref": "#/components/parameters/Id"} stands for in `document`; all
/// else itself.
const data::Value& resolve(const data::Value& document, const data::Value& value);

/// A list of scalars, or one scalar, as texts.
std::vector<std::string> texts_of(const data::Value* value);

} // namespace samara::gateway
