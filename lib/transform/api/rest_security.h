#pragma once

#include "data/value.h"

#include <string_view>

/// Security schemes of a REST API's definition, and what operations require of them.
namespace samara::transform {

inline constexpr std::string_view iam = "AWS_IAM";
inline constexpr std::string_view open = "NONE";
inline constexpr std::string_view api_key = "api_key";
/// Says that an operation goes without the key the API asks for; never leaves the transform.
inline constexpr std::string_view no_api_key = "api_key_false";

/// The security requirements of an operation; added when it has none.
data::List& security_of(data::Map& operation);

/// {name: scopes}, the name with the place where the user wrote it.
data::Value requirement(const data::Value& name, data::List scopes);

/// The security schemes as swagger has them; upgrade_to_openapi_3 moves them.
data::Map& schemes_of(data::Map& definition);

/// Adds a scheme unless there is one of that name.
void add_scheme(data::Map& definition, data::Entry scheme);

data::Value api_key_scheme();

/// AWS_IAM as the authorizer of an event. The order of the members counts for deployment ids.
data::Value iam_scheme();

/// AuthorizationScopes of an authorizer, or nullptr.
const data::Value* scopes_of(const data::Value* authorizers, std::string_view name);

} // namespace samara::transform
