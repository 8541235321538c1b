#pragma once

#include "gateway/route/call.h"
#include "jose/jwt.h"

#include <string>

/// What authorizers hand on to functions. Private to gateway/.
namespace samara::gateway {

/// Whether the route's function gets events of format 2.0, which nest what is handed on by kind.
bool gets_event_v2(const Call& call);

/// requestContext.authorizer for a verified token: claims as texts, scopes.
std::string jwt_context(const Call& call, const jose::Jwt& token);

/// Notes the caller of a signed request in `call`, in the form of its kind of API.
void set_iam_context(
    Call& call, const std::string& access_key, const std::string& user, std::string_view region);

} // namespace samara::gateway
