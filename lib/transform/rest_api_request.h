#pragma once

#include "data/value.h"
#include "transform/resource.h"
#include "transform/rest_api_event.h"

/// What an Api event says of its requests.
namespace samara::transform {

constexpr std::string_view request_validators = "x-amazon-apigateway-request-validators";

/// One operation of a REST API while its event is added.
struct RestMethod {
    data::Map& operation;
    const RestRoute& route;
    const RestTarget& target;
    std::uint32_t now; ///< count of the definition's copies: see DefinitionHistory

    /// Its x-amazon-apigateway-integration; moves when the operation gets members.
    [[nodiscard]] data::Map& integration() const;
};

/// RequestModel: the body's schema, and which validator checks requests. `api` holds the properties
/// of the API. False after an error.
bool apply_request_model(const Properties& event, data::Map& api, RestMethod& method);

/// RequestParameters: declared headers, query and path parameters, and cache keys.
bool apply_request_parameters(const Properties& event, RestMethod& method);

} // namespace samara::transform
