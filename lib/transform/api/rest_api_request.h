#pragma once

#include "data/value.h"
#include "transform/api/rest_api_event.h"
#include "transform/core/resource.h"

/// What an Api event says of its requests.
namespace samara::transform {

constexpr std::string_view request_validators = "x-amazon-apigateway-request-validators";

/// The operations of an event's route, while the event is added to a definition.
using Operations = std::vector<data::Map*>;

/// RequestModel: the body's schema, and which validator checks requests. `api` holds the properties
/// of the API. False after an error.
bool apply_request_model(
    const Properties& event,
    const data::Map& api,
    data::Map& definition,
    const Operations& operations);

/// RequestParameters: declared headers, query and path parameters, and cache keys.
bool apply_request_parameters(const Properties& event, const Operations& operations);

} // namespace samara::transform
