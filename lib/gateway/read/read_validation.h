#pragma once

#include "gateway/message/request_validation.h"

/// Reading what a REST API checks of requests. nullptr when it checks nothing: requests of such
/// routes pay nothing. Fails when a model is no JSON Schema.
namespace samara::gateway {

using ReadValidation = base::Result<std::shared_ptr<const RequestValidation>>;

/// Of an operation of an OpenAPI or swagger document: x-amazon-apigateway-request-validator(s), the
/// required parameters, the schema of the body.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-validation-sample-api-swagger.html
ReadValidation read_validation(
    const data::Value& document, const data::Value& path_item, const data::Value& operation);

/// Of the properties of an AWS::ApiGateway::Method: RequestValidatorId, RequestParameters,
/// RequestModels.
ReadValidation read_validation(const data::Map& resources, const data::Value& method);

/// The warning for a route whose validation cannot be read.
std::string unchecked(const Route& route, const base::Error& error);

} // namespace samara::gateway
