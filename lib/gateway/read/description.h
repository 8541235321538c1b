#pragma once

#include "data/value.h"

#include <string>
#include <string_view>

/// What descriptions of APIs have that other documents have not.
namespace samara::gateway {

/// A member in either spelling: OpenAPI extensions begin with a small letter, resource properties
/// with a capital one.
const data::Value* either(const data::Value& map, std::string_view small);

std::string either_text(const data::Value& map, std::string_view small);

/// What a reference such as {"$ref": "#/components/parameters/Id"} stands for in `document`; all
/// else itself.
const data::Value& resolve(const data::Value& document, const data::Value& value);

} // namespace samara::gateway
