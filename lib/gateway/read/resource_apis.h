#pragma once

#include "data/value.h"
#include "gateway/route/model.h"
#include "serving/functions.h"

namespace samara::gateway {

/// Adds the routes that a template spells out as resources instead of an OpenAPI body:
/// AWS::ApiGatewayV2::{Route,Integration,Authorizer} and AWS::ApiGateway::{Resource,Method,
/// Authorizer,GatewayResponse}.
void add_resource_routes(
    const data::Map& resources,
    const serving::Functions& functions,
    Api& api,
    base::Diagnostics& diagnostics);

} // namespace samara::gateway
