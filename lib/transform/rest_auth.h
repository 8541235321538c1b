#pragma once

#include "data/value.h"
#include "transform/resource.h"
#include "transform/rest_api_request.h"

/// Who may call a REST API.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiauth.html
namespace samara::transform {

/// The event's Auth on its operation: authorizer, scopes, API key, resource policy; the caller's
/// credentials for AWS_IAM when `caller_credentials`. `api` holds the API's properties. False after
/// an error.
bool apply_event_auth(
    const Properties& event, data::Map& api, RestMethod& method, bool caller_credentials);

/// The event's Auth with OverrideApiAuth on an operation of a definition the user wrote.
void override_operation_auth(const Properties& event, data::Map& api, const RestRoute& route);

/// The API's own Auth on its definition: security definitions, default authorizer, API keys,
/// resource policy. False after an error.
bool apply_api_auth(const Resource& api, data::Map& definition, std::uint32_t now);

/// The permissions of API Gateway to call the functions of Lambda authorizers.
void emit_authorizer_permissions(const Resource& api);

} // namespace samara::transform
