#pragma once

#include "data/value.h"
#include "transform/core/resource.h"

#include <map>
#include <optional>
#include <string>

/// Authorizers of an HTTP API.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-httpapi-httpapiauth.html
namespace samara::transform {

struct HttpAuthorizer {
    data::Value scheme;                      ///< its OpenAPI security scheme
    data::List scopes;                       ///< JWT: AuthorizationScopes
    std::optional<data::Value> function_arn; ///< Lambda: gets a permission
    bool needs_permission = false;
    bool jwt = false;
};

struct HttpAuth {
    std::map<std::string, HttpAuthorizer> authorizers;
    std::string default_authorizer; ///< empty: none
};

/// Reads the Auth property; nothing (and errors) when it is wrong. An absent Auth is empty.
std::optional<HttpAuth> read_http_auth(const Resource& api);

} // namespace samara::transform
