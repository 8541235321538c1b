#pragma once

#include "gateway/route/call.h"

#include <string>
#include <string_view>
#include <vector>

/// What mappings and templates of a REST API may say of a request.
namespace samara::gateway {

/// Whether `expression` is one of those that request_value knows.
bool is_request_expression(std::string_view expression);

/// The value of "context.<member of requestContext>", "stageVariables.<name>", or
/// "method.request.{header,querystring,path}.<name>" (also multivalueheader and
/// multivaluequerystring, of which it is one value); empty when the request has none.
/// docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
std::string request_value(const Call& call, std::string_view expression);

/// The values of those that may have several; one, or none, of the others.
std::vector<std::string> request_values(const Call& call, std::string_view expression);

} // namespace samara::gateway
