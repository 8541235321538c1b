#pragma once

#include "data/value.h"
#include "transform/api/definition_history.h"
#include "transform/api/rest_api_request.h"
#include "transform/api/rest_policy.h"
#include "transform/core/resource.h"

/// Who may call a REST API.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-api-apiauth.html
namespace samara::transform {

/// AWS_IAM calls an integration as its caller, or as InvokeRole: sets `credentials` when the event,
/// or else the API's default, asks for it. `api` holds the API's properties.
void add_caller_credentials(const Properties& event, const data::Map& api, data::Map& integration);

/// The event's Auth on its operations: authorizer, scopes, API key, resource policy. False after an
/// error.
bool apply_event_auth(
    const Properties& event,
    const data::Map& api,
    data::Map& definition,
    const RestPlace& place,
    const Operations& operations);

/// The event's Auth with OverrideApiAuth, added to the operations of the API's definition: of the
/// user's, or once more to SAM's own. False after an error.
bool override_operation_auth(
    const Properties& event, data::Map& api, const RestPlace& place, DefinitionHistory& history);

/// Whether the API's Auth has the right form.
bool check_api_auth(const Resource& api);

/// The API's own Auth on its definition: security definitions, default authorizer, API keys,
/// resource policy. False after an error.
bool apply_api_auth(const Resource& api, data::Map& definition, std::uint32_t now);

/// The permissions of API Gateway to call the functions of Lambda authorizers.
void emit_authorizer_permissions(const Resource& api);

} // namespace samara::transform
