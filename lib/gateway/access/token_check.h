#pragma once

#include "gateway/access/rejection.h"
#include "gateway/route/model.h"
#include "jose/issuer_keys.h"

#include <optional>

/// Requests with JSON Web Tokens. Private to gateway/.
namespace samara::gateway {

/// Nothing when the call's token opens its route: signed by the issuer, valid now, for the
/// audience, with one of the route's scopes. The call has then got its claims. A refusal tells what
/// was wrong in its www-authenticate header.
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-jwt.html
std::optional<Rejection>
check_token(Call& call, const JwtAuthorizer& authorizer, jose::IssuerKeys& keys);

/// Likewise for a token of one of the user pools: an access token with one of the scopes where the
/// method names some, else an identity token.
/// docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
std::optional<Rejection>
check_token(Call& call, const CognitoAuthorizer& authorizer, jose::IssuerKeys& keys);

} // namespace samara::gateway
