#pragma once

#include "data/value.h"
#include "transform/core/resource.h"

#include <cstdint>
#include <string>

/// What the properties of an AWS::Serverless::Api put into its definition. Each gives false after
/// an error.
namespace samara::transform {

/// Whether `definition` is a document that `property` can be written into: swagger 2 or OpenAPI 3
/// with paths. An error of the API if not.
bool check_document(const Resource& api, std::string_view property, const data::Value& definition);

/// Whether the definition's paths, and the branches of Fn::If around them, are maps; an error of
/// the document if not.
bool check_paths(const Resource& api, data::Map& definition);

/// Whether its operations are maps too.
bool check_operations(const Resource& api, data::Map& definition);

/// Whether Cors has the right form; AWS's transform looks at that before it does at the definition.
bool check_cors(const Resource& api);

/// Cors: an OPTIONS method for every path that has none.
bool add_cors(const Resource& api, data::Map& definition, std::uint32_t now);

/// GatewayResponses.
bool add_gateway_responses(const Resource& api, data::Map& definition);

/// Models.
bool add_models(const Resource& api, data::Map& definition);

/// BinaryMediaTypes.
void add_binary_media_types(const Resource& api, data::Map& definition);

/// DisableExecuteApiEndpoint.
bool disable_endpoint(const Resource& api, data::Map& definition);

/// What swagger 2 has elsewhere goes where OpenAPI 3 has it, when the definition is that and does
/// not say swagger; `now` is the count of copies.
bool upgrade_to_openapi_3(const Resource& api, data::Map& definition, std::uint32_t now);

} // namespace samara::transform
