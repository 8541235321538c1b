#pragma once

#include "data/value.h"
#include "transform/resource.h"

#include <cstdint>
#include <string>

/// What the properties of an AWS::Serverless::Api put into its definition. Each gives false after
/// an error.
namespace samara::transform {

/// Whether the definition's paths are maps of maps; an error of the document if not.
bool check_paths(const Resource& api, const data::Map& definition);

/// Cors: an OPTIONS method for every path that has none.
bool add_cors(const Resource& api, data::Map& definition);

/// GatewayResponses.
bool add_gateway_responses(const Resource& api, data::Map& definition);

/// Models.
bool add_models(const Resource& api, data::Map& definition);

/// BinaryMediaTypes.
void add_binary_media_types(const Resource& api, data::Map& definition);

/// DisableExecuteApiEndpoint.
bool disable_endpoint(const Resource& api, data::Map& definition);

/// What the user wrote with MergeDefinitions, and what SAM writes: the latter's operations win.
/// `now` is the count of its copies.
data::Value
merge_definitions(const data::Value& users, const data::Value& generated, std::uint32_t now);

/// An OpenApiVersion as text: the number 3.0 is "3.0".
std::string version_text(const data::Value& version);

/// What swagger 2 has elsewhere goes where OpenAPI 3 has it, when the definition speaks that; `now`
/// is the count of copies.
bool upgrade_to_openapi_3(const Resource& api, data::Map& definition, std::uint32_t now);

} // namespace samara::transform
