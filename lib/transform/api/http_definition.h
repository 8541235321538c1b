#pragma once

#include "data/value.h"
#include "transform/api/http_api_auth.h"
#include "transform/core/resource.h"

#include <optional>
#include <string_view>

/// What the properties of an AWS::Serverless::HttpApi put into its definition.
namespace samara::transform {

/// The tag that AWS's transform gives HTTP APIs.
inline constexpr std::string_view http_api_tag = "httpapi:createdBy";

/// Whether `property` can be written into the definition: OpenAPI 3 with paths, in the template. An
/// error of the API if not.
bool check_http_document(const Resource& api, std::string_view property);

/// The DefinitionBody, which is given, with what the API's properties say. When it could be tagged,
/// `tags` are the API's with SAM's own, and `auth` is its Auth. Nothing after an error.
std::optional<data::Value>
http_definition(const Resource& api, std::optional<data::Map>& tags, HttpAuth& auth);

} // namespace samara::transform
