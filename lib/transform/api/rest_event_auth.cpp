#include "transform/api/openapi.h"
#include "transform/api/rest_auth.h"
#include "transform/api/rest_policy.h"
#include "transform/api/rest_security.h"
#include "transform/core/intrinsics.h"

#include <fmt/format.h>

/// Auth of Api events.
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

const Value* member_of(const Value* map, std::string_view name) {
    return map == nullptr ? nullptr : map->find(name);
}

/// What `credentials` an integration gets from InvokeRole, the event's before the API's; null:
/// none. A role that is written but empty is none, as NONE is.
Value credentials_of(const Context& context, const Value* event_auth, const Value* api_auth) {
    for (const Value* auth : {event_auth, api_auth}) {
        const Value* role = member_of(auth, "InvokeRole");
        if (role == nullptr) {
            continue;
        }
        if (!is_given(role) || role->text() == "NONE") {
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
    const Value* authorizers = member_of(api_auth, "Authorizers");
    if (name.text() == iam) {
        return true;
    }
    if (name.text() == open) {
        if (is_given(member_of(api_auth, "DefaultAuthorizer"))) {
            return true;
        }
        event.error_at(
            name,
            "Auth.Authorizer",
            "Authorizer NONE needs a DefaultAuthorizer in the API's Auth",
            "leave it out: the route is open already");
        return false;
    }
    if (!name.is_string()) {
        event.error("Auth.Authorizer", "Authorizer must be the name of an authorizer of the API");
        return false;
    }
    if (is_given(authorizers) && !authorizers->is_map()) {
        return true; // reported when the API is expanded
    }
    if (!is_given(member_of(authorizers, name.text()))) {
        event.error_at(
            name,
            "Auth.Authorizer",
            fmt::format("authorizer {} is not one of the API's Authorizers", name.text()),
            "define it under Auth.Authorizers of the API");
        return false;
    }
    return true;
}

/// Whether what the event says goes with what its API says; errors when not.
bool check_event_auth(const Properties& event, const Value& auth, const Value* given_api_auth) {
    const Value resolved = given_api_auth == nullptr
                               ? Value()
                               : event.context().parameters().resolve_references(*given_api_auth);
    const Value* api_auth = &resolved;
    if (const Value* name = auth.find("Authorizer");
        is_given(name) && !check_authorizer(event, *name, api_auth)) {
        return false;
    }
    if (const Value* scopes = auth.find("AuthorizationScopes");
        is_given(scopes) && !scopes->is_list()) {
        event.error("Auth.AuthorizationScopes", "AuthorizationScopes must be a list");
        return false;
    }
    const Value* key = auth.find("ApiKeyRequired");
    if (key != nullptr && !key->is_null() && !is_given(key) &&
        !is_given(api_auth->find("ApiKeyRequired"))) {
        event.error(
            "Auth.ApiKeyRequired",
            "ApiKeyRequired: false needs ApiKeyRequired in the API's Auth",
            "leave it out: the route needs no key already");
        return false;
    }
    return true;
}

/// The scopes of the authorizer that the event names.
List scopes_for(const Value& auth, const Value& name, const Value* authorizers) {
    if (name.text() == open || !is_given(member_of(authorizers, name.text()))) {
        return {};
    }
    const Value* scopes = auth.find("AuthorizationScopes");
    if (scopes == nullptr || scopes->is_null()) {
        scopes = scopes_of(authorizers, name.text());
    }
    return scopes != nullptr && scopes->is_list() ? *scopes->as_list() : List{};
}

/// What the event says of authorizer and key, on its operations. False after an error.
bool secure(
    const Properties& event,
    const Value& auth,
    const Value* api_auth,
    Map& definition,
    const Operations& operations) {
    const Value* name = auth.find("Authorizer");
    const Value* authorizers = member_of(api_auth, "Authorizers");
    for (Map* operation : operations) {
        if (!is_given(name) || !name->is_string()) {
            break;
        }
        const Value* authorizer = member_of(authorizers, name->text());
        if (name->text() != open && authorizer != nullptr && !authorizer->is_map()) {
            event.context().error(
                fmt::format("authorizer {} must be a map", name->text()), {}, authorizer->where());
            return false;
        }
        List& security = security_of(*operation);
        security.push_back(requirement(*name, scopes_for(auth, *name, authorizers)));
        if (security.front().find(iam) != nullptr) {
            add_scheme(definition, {std::string(iam), iam_scheme()});
        }
    }
    const Value* key = auth.find("ApiKeyRequired");
    if (key == nullptr || key->is_null()) {
        return true;
    }
    for (Map* operation : operations) {
        security_of(*operation)
            .emplace_back(Map{{std::string(is_given(key) ? api_key : no_api_key), List{}}});
        if (is_given(key)) {
            add_scheme(definition, {std::string(api_key), api_key_scheme()});
        }
    }
    return true;
}

/// Authorizer, key and resource policy of an event on its operations. False after an error.
bool apply(
    const Properties& event,
    const Value& auth,
    const Value* api_auth,
    Map& definition,
    const RestPlace& place,
    const Operations& operations) {
    if (!check_event_auth(event, auth, api_auth) ||
        !secure(event, auth, api_auth, definition, operations)) {
        return false;
    }
    const Value* policy = auth.find("ResourcePolicy");
    if (!is_given(policy)) {
        return true;
    }
    if (!policy->is_map()) {
        event.error("Auth.ResourcePolicy", "ResourcePolicy must be a map");
        return false;
    }
    if (!restrict_path(event.context(), definition, *policy, place)) {
        return false;
    }
    add_custom_statements(definition, *policy);
    return true;
}

} // namespace

void add_caller_credentials(const Properties& event, const Map& api, Map& integration) {
    const Value* auth = event.given("Auth");
    const Value* api_auth = api.find("Auth");
    const Value* name = member_of(auth, "Authorizer");
    const Value* fallback = member_of(api_auth, "DefaultAuthorizer");
    const bool by_iam = (name != nullptr && name->text() == iam) ||
                        (auth == nullptr && fallback != nullptr && fallback->text() == iam);
    if (!by_iam) {
        return;
    }
    Value credentials = credentials_of(event.context(), auth, api_auth);
    if (!credentials.is_null()) {
        integration.set("credentials", std::move(credentials));
    }
}

bool apply_event_auth(
    const Properties& event,
    const Map& api,
    Map& definition,
    const RestPlace& place,
    const Operations& operations) {
    const Value* auth = event.given("Auth");
    const Value* api_auth = api.find("Auth");
    const Value* authorizers = member_of(api_auth, "Authorizers");
    if ((is_given(api_auth) && !api_auth->is_map()) ||
        (is_given(authorizers) && !authorizers->is_map())) {
        return true; // reported when the API is expanded
    }
    if (auth == nullptr) {
        return true;
    }
    if (!auth->is_map()) {
        event.wrong_kind("Auth", "a map");
        return false;
    }
    return apply(event, *auth, api_auth, definition, place, operations);
}

bool override_operation_auth(
    const Properties& event, Map& api, const RestPlace& place, DefinitionHistory& history) {
    const Value* auth = event.find("Auth");
    Value* definition = api.find("DefinitionBody");
    if (auth == nullptr || !is_given(auth->find("OverrideApiAuth")) || !is_given(definition)) {
        return true;
    }
    const bool says_something = is_given(auth->find("Authorizer")) ||
                                is_given(auth->find("ApiKeyRequired")) ||
                                is_given(auth->find("ResourcePolicy"));
    if (!says_something) {
        event.error(
            "Auth.OverrideApiAuth",
            "OverrideApiAuth needs something to override with",
            "give Authorizer, ApiKeyRequired or ResourcePolicy beside it");
        return false;
    }
    Value* paths = definition->find("paths");
    if (paths == nullptr || !paths->is_map()) {
        return true;
    }
    return history.edit([&] {
        const Operations operations = operations_at(*paths->as_map(), place.path, place.method);
        Map& document = *definition->as_map();
        const bool good = apply(event, *auth, api.find("Auth"), document, place, operations);
        close_edit(document, history.now());
        return good;
    });
}

} // namespace samara::transform
