#pragma once

#include "base/json_writer.h"
#include "gateway/route/call.h"

#include <cstdint>
#include <string>

/// What a function gets to see of a request.
namespace samara::gateway {

/// HTTP API, payload format 2.0.
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
std::string event_v2(const Call& call);

/// HTTP API with payload format 1.0, or REST API proxy event.
/// docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
std::string event_v1(const Call& call);

/// What a Lambda authorizer gets to see; `identity` has the values of its identity sources.
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
/// docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
std::string authorizer_event(
    const Call& call,
    const LambdaAuthorizer& authorizer,
    const std::vector<std::string>& identity,
    std::string_view arn);

/// How events of format 1.0 tell that a request has no parameters of a kind: proxy integrations say
/// null, authorizers {}.
enum class NoParameters : std::uint8_t { null, empty };

/// The members of both kinds of event that tell of the request, all but its body.
void write_request_v1(
    base::JsonWriter& json, const Call& call, NoParameters none = NoParameters::null);
void write_request_v2(base::JsonWriter& json, const Call& call);

/// Their member requestContext, of format 1.0.
void write_context_v1(base::JsonWriter& json, const Call& call);

} // namespace samara::gateway
