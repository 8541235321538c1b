#include "transform/intrinsics.h"
#include "transform/openapi.h"
#include "transform/rest_auth.h"
#include "transform/rest_policy.h"
#include "transform/rest_security.h"

#include <fmt/format.h>

/// Auth of Api events.
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// What `credentials` an integration gets from InvokeRole; null: none.
Value credentials_of(const Context& context, const Value* event_auth, const Value* api_auth) {
    for (const Value* auth : {event_auth, api_auth}) {
        const Value* role = auth == nullptr ? nullptr : auth->find("InvokeRole");
        if (role == nullptr || role->is_null()) {
            continue;
        }
        if (role->text() == "NONE") {
            return {};
        }
        if (role->text() != "CALLER_CREDENTIALS") {
            return *role;
        }
        break;
    }
    return fmt::format("arn:{}:iam::*:user/*", context.partition());
}

/// Whether the event may ask for that authorizer; an error when not.
bool check_authorizer(const Properties& event, const Value& name, const Value* api_auth) {
    const Value* authorizers = api_auth == nullptr ? nullptr : api_auth->find("Authorizers");
    const Value* fallback = api_auth == nullptr ? nullptr : api_auth->find("DefaultAuthorizer");
    if (!name.is_string()) {
        event.error("Auth.Authorizer", "Authorizer must be the name of an authorizer of the API");
        return false;
    }
    if (name.text() == iam) {
        return true;
    }
    if (name.text() == open) {
        if (fallback == nullptr) {
            event.error_at(
                name,
                "Auth.Authorizer",
                "Authorizer NONE needs a DefaultAuthorizer in the API's Auth",
                "leave it out: the route is open already");
        }
        return fallback != nullptr;
    }
    if (authorizers == nullptr || authorizers->find(name.text()) == nullptr) {
        event.error_at(
            name,
            "Auth.Authorizer",
            fmt::format("authorizer {} is not one of the API's Authorizers", name.text()),
            "define it under Auth.Authorizers of the API");
        return false;
    }
    return true;
}

/// What the event says of authorizer and key, on its operation.
void secure(const Value& auth, const Value* api_auth, Map& definition, Map& operation) {
    const Value* name = auth.find("Authorizer");
    if (name != nullptr && name->is_string()) {
        const Value* scopes = auth.find("AuthorizationScopes");
        if (scopes == nullptr) {
            scopes = scopes_of(
                api_auth == nullptr ? nullptr : api_auth->find("Authorizers"), name->text());
        }
        security_of(operation).push_back(requirement(
            *name, scopes != nullptr && scopes->is_list() ? *scopes->as_list() : List{}));
        if (name->text() == iam) {
            add_scheme(definition, {std::string(iam), iam_scheme()});
        }
    }
    if (is_true(auth.find("ApiKeyRequired"))) {
        security_of(operation).emplace_back(Map{{std::string(api_key), List{}}});
        add_scheme(definition, {std::string(api_key), api_key_scheme()});
    } else if (is_false(auth.find("ApiKeyRequired"))) {
        security_of(operation).emplace_back(Map{{std::string(no_api_key), List{}}});
    }
}

} // namespace

bool apply_event_auth(
    const Properties& event, Map& api, RestMethod& method, bool caller_credentials) {
    const Value* auth = event.find("Auth");
    const Value* api_auth = api.find("Auth");
    const Value* authorizers = api_auth == nullptr ? nullptr : api_auth->find("Authorizers");
    if ((api_auth != nullptr && !api_auth->is_null() && !api_auth->is_map()) ||
        (authorizers != nullptr && !authorizers->is_null() && !authorizers->is_map())) {
        return true; // told when the API is expanded
    }
    if (auth != nullptr && !auth->is_map()) {
        event.wrong_kind("Auth", "a map");
        return false;
    }
    const Value* name = auth == nullptr ? nullptr : auth->find("Authorizer");
    const Value* fallback = api_auth == nullptr ? nullptr : api_auth->find("DefaultAuthorizer");
    if (name != nullptr && !name->is_null() && !check_authorizer(event, *name, api_auth)) {
        return false;
    }
    const Value* used = name != nullptr && !name->is_null() ? name : fallback;
    if (caller_credentials && used != nullptr && used->text() == iam) {
        Value credentials = credentials_of(event.context(), auth, api_auth);
        if (!credentials.is_null()) {
            method.integration().set("credentials", std::move(credentials));
        }
    }
    if (auth == nullptr) {
        return true;
    }
    Map& definition = *api.find("DefinitionBody")->as_map();
    secure(*auth, api_auth, definition, method.operation);
    if (const Value* policy = auth->find("ResourcePolicy"); policy != nullptr) {
        if (!policy->is_map()) {
            event.error("Auth.ResourcePolicy", "ResourcePolicy must be a map");
            return false;
        }
        restrict_path(
            event.context(),
            definition,
            *policy,
            method.route.path.text(),
            method.target.stage,
            method.now);
        add_custom_statements(definition, *policy);
    }
    return true;
}

void override_operation_auth(const Properties& event, Map& api, const RestRoute& route) {
    const Value* auth = event.find("Auth");
    Value* definition = api.find("DefinitionBody");
    Value* paths = definition == nullptr ? nullptr : definition->find("paths");
    if (auth == nullptr || !is_true(auth->find("OverrideApiAuth")) || paths == nullptr ||
        !paths->is_map()) {
        return;
    }
    Map* operation =
        find_operation(*paths->as_map(), route.path.text(), route.method.text(), false);
    if (operation != nullptr) {
        operation->set("security", List{});
        secure(*auth, api.find("Auth"), *definition->as_map(), *operation);
    }
}

} // namespace samara::transform
