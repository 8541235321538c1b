#pragma once

#include "data/value.h"
#include "gateway/route/model.h"
#include "serving/functions.h"

#include <optional>
#include <string>

/// Reading OpenAPI 3 and swagger 2 bodies with API Gateway's extensions.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
namespace samara::gateway {

/// Adds to `api` (kind, id, stage variables set) what `body` says: routes, authorizers, CORS,
/// binary media types, gateway responses. What is not served locally becomes a route or authorizer
/// that says so, with a warning; a body that is no API description is an error.
void read_openapi(
    const data::Value& body,
    const serving::Functions& functions,
    Api& api,
    base::Diagnostics& diagnostics);

/// One x-amazon-apigateway-integration object, or the equal properties of a Method's Integration
/// with their first letters made small.
Integration read_integration(
    const data::Value* integration, const serving::Functions& functions, const Api& api);

/// Gives a route of an HTTP API the parameter mapping of its integration, which is what
/// read_integration takes. The warning for what AWS would refuse of it, or empty.
std::string add_parameter_mapping(const data::Value* integration, const Api& api, Route& route);

/// The warning for a route that is not served locally; nothing for others.
std::optional<std::string> complaint_of(const Route& route);

/// A member of x-amazon-apigateway-gateway-responses, or the equal properties of an
/// AWS::ApiGateway::GatewayResponse.
GatewayResponse read_gateway_response(const data::Value& response);

/// How large a body has to be to be compressed, of a REST API: the member `name` of its definition
/// or of its properties.
void read_compression_size(
    const data::Value& properties, std::string_view name, Api& api, base::Diagnostics& diagnostics);

/// x-amazon-apigateway-cors, or the CorsConfiguration of AWS::ApiGatewayV2::Api.
Cors read_cors(const data::Value& cors);

/// A security scheme with its x-amazon-apigateway-authorizer. `reason` of an unsupported one names
/// the authorizer.
Authorizer read_security_scheme(
    const std::string& name,
    const data::Value& scheme,
    const serving::Functions& functions,
    const Api& api);

} // namespace samara::gateway
