#pragma once

#include "data/value.h"
#include "gateway/route/call.h"

#include <string>
#include <string_view>

/// $context: what API Gateway knows of a request.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
namespace samara::gateway {

/// The name that a text behind "$" begins with; full stops and hyphens at its end are the text's.
std::string_view leading_name(std::string_view text);

/// All of it as a map: what a function would be told of the request by a proxy integration.
data::Value request_context(const Call& call);

/// "requestId", "identity.sourceIp", "authorizer.claims.sub", ... of such a map; empty when it has
/// none.
std::string context_value(const Call& call, const data::Value& context, std::string_view name);

/// A member of such a map by its path, and nothing else.
std::string context_value(const data::Value& context, std::string_view name);

/// The same of a request.
std::string context_value(const Call& call, std::string_view name);

} // namespace samara::gateway
