#include "transform/rest_auth.h"

#include "transform/definition_text.h"
#include "transform/intrinsics.h"
#include "transform/openapi.h"
#include "transform/rest_authorizer.h"
#include "transform/rest_policy.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view iam = "AWS_IAM";
constexpr std::string_view open = "NONE";
constexpr std::string_view api_key = "api_key";
/// Says that an operation goes without the key the API asks for; never leaves the transform.
constexpr std::string_view no_api_key = "api_key_false";

bool is_true(const Value* value) {
    return value != nullptr && value->as_boolean() != nullptr && *value->as_boolean();
}

bool is_false(const Value* value) {
    return value != nullptr && value->as_boolean() != nullptr && !*value->as_boolean();
}

List& security_of(Map& operation) {
    Value& security = operation["security"];
    if (!security.is_list()) {
        security = List{};
    }
    return *security.as_list();
}

bool names(const Value& requirement, std::string_view scheme) {
    return requirement.find(scheme) != nullptr;
}

bool requires_scheme(const List& security, std::string_view scheme) {
    return std::any_of(security.begin(), security.end(), [&](const Value& requirement) {
        return names(requirement, scheme);
    });
}

/// {name: scopes}, the name with the place where the user wrote it.
Value requirement(const Value& name, List scopes) {
    Map out;
    out.set(data::Entry(std::string(name.text()), std::move(scopes), name.where()));
    return out;
}

/// The security schemes as swagger has them; upgrade_to_openapi_3 moves them.
Map& schemes_of(Map& definition) {
    Value& schemes = member(definition, "securityDefinitions");
    if (!schemes.is_map()) {
        schemes = Map{};
    }
    return *schemes.as_map();
}

void add_scheme(Map& definition, data::Entry scheme) {
    Map& schemes = schemes_of(definition);
    if (!schemes.contains(scheme.key)) {
        scheme.key_where.entrance = data::MemberOrigin::Entrance::merged;
        schemes.set(std::move(scheme));
    }
}

Value api_key_scheme() {
    return Map{{"type", "apiKey"}, {"name", "x-api-key"}, {"in", "header"}};
}

/// As the DefaultAuthorizer of an API.
Value default_iam_scheme() {
    return Map{
        {"type", "apiKey"},
        {"name", "Authorization"},
        {"in", "header"},
        {"x-amazon-apigateway-authtype", "awsSigv4"}};
}

/// The same as the authorizer of an event: the order of the members counts for deployment ids.
Value iam_scheme() {
    return Map{
        {"x-amazon-apigateway-authtype", "awsSigv4"},
        {"type", "apiKey"},
        {"name", "Authorization"},
        {"in", "header"}};
}

const Value* scopes_of(const Value* authorizers, std::string_view name) {
    const Value* authorizer = authorizers == nullptr ? nullptr : authorizers->find(name);
    return authorizer == nullptr ? nullptr : authorizer->find("AuthorizationScopes");
}

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

namespace {

/// Whether the places of security schemes are maps; an error of the document if not.
bool check_security_schemes(const Resource& api, const Map& definition) {
    const Value* components = definition.find("components");
    for (const Value* place :
         {definition.find("securityDefinitions"),
          components,
          components == nullptr ? nullptr : components->find("securitySchemes")}) {
        if (place != nullptr && !place->is_null() && !place->is_map()) {
            api.context().error(
                "securityDefinitions and components.securitySchemes must be maps",
                "write the name of each scheme as a key",
                place->where());
            return false;
        }
    }
    return true;
}

/// Whether every `security` of the definition is a list of maps; an error of the document if not.
bool check_security(const Resource& api, Map& paths) {
    bool good = true;
    each_operation(paths, [&](const std::string& path, const std::string& method, Map& operation) {
        const Value* security = operation.find("security");
        if (security == nullptr || security->is_null()) {
            return;
        }
        const List* list = security->as_list();
        if (list == nullptr ||
            !std::all_of(list->begin(), list->end(), [](const Value& v) { return v.is_map(); })) {
            api.context().error(
                fmt::format("security of {} {} must be a list of maps", method, path),
                "write for example security: [{MyAuthorizer: []}]",
                security->where());
            good = false;
        }
    });
    return good;
}

void add_default_authorizer(
    const Properties& auth, const Value& name, Map& paths, bool preflight_too) {
    const Value* authorizers = auth.find("Authorizers");
    const Value* scopes = scopes_of(authorizers, name.text());
    const auto is_authorizer = [&](const Value& one) {
        const Map& schemes = *one.as_map();
        return std::any_of(schemes.begin(), schemes.end(), [&](const data::Entry& scheme) {
            return scheme.key == iam || scheme.key == open ||
                   (authorizers != nullptr && authorizers->find(scheme.key) != nullptr);
        });
    };
    each_operation(
        paths, [&](const std::string& /*path*/, const std::string& method, Map& operation) {
            if (method == "options" && !preflight_too) {
                return;
            }
            List& security = security_of(operation);
            if (std::none_of(security.begin(), security.end(), is_authorizer)) {
                security.push_back(requirement(
                    name, scopes != nullptr && scopes->is_list() ? *scopes->as_list() : List{}));
            }
        });
}

void add_default_api_key(Map& paths, bool preflight_too) {
    each_operation(
        paths, [&](const std::string& /*path*/, const std::string& method, Map& operation) {
            if (method == "options" && !preflight_too) {
                return;
            }
            List& security = security_of(operation);
            if (!requires_scheme(security, no_api_key) && !requires_scheme(security, api_key)) {
                security.emplace_back(Map{{std::string(api_key), List{}}});
            }
        });
}

void drop_markers(Map& paths, std::uint32_t now) {
    each_operation(
        paths, [now](const std::string& /*path*/, const std::string& /*method*/, Map& operation) {
            Value* security = operation.find("security");
            List* list = security == nullptr ? nullptr : security->as_list();
            if (list == nullptr || !requires_scheme(*list, no_api_key)) {
                return;
            }
            list->erase(
                std::remove_if(
                    list->begin(),
                    list->end(),
                    [](const Value& one) { return names(one, no_api_key); }),
                list->end());
            if (list->empty()) {
                remove_member(operation, "security", now);
            }
        });
}

/// Whether DefaultAuthorizer is one of the authorizers; an error when not.
bool check_default(const Properties& auth, const Value& name) {
    const Value* authorizers = auth.find("Authorizers");
    if (name.is_string() && (name.text() == iam || (authorizers != nullptr &&
                                                    authorizers->find(name.text()) != nullptr))) {
        return true;
    }
    auth.error(
        "DefaultAuthorizer",
        "DefaultAuthorizer is not one of the Authorizers",
        "define it under Authorizers, or write AWS_IAM");
    return false;
}

bool apply_resource_policy(
    const Resource& api, const Value* given, Map& definition, std::uint32_t now) {
    const Value* paths = definition.find("paths");
    if (given == nullptr) {
        return true;
    }
    const Value resolved = api.context().parameters().resolve(*given);
    const Value* policy = &resolved;
    if (!policy->is_map()) {
        api.context().error("ResourcePolicy must be a map", {}, policy->where());
        return false;
    }
    const Value stage = api["StageName"];
    const bool restricts =
        std::any_of(policy->as_map()->begin(), policy->as_map()->end(), [](const auto& entry) {
            return entry.key != "CustomStatements";
        });
    if (restricts && paths != nullptr && paths->is_map()) {
        std::vector<std::string> names;
        for (const data::Entry* path : in_python_order(*paths->as_map(), now)) {
            names.push_back(path->key);
        }
        for (const std::string& name : names) {
            restrict_path(api.context(), definition, *policy, name, stage, now);
        }
    }
    add_custom_statements(definition, *policy);
    return true;
}

} // namespace

bool apply_api_auth(const Resource& api, Map& definition, std::uint32_t now) {
    // The definition's own members move when it gets more: look the paths up each time.
    const auto with_paths = [&](auto&& edit) {
        Value* paths = definition.find("paths");
        return paths == nullptr || !paths->is_map() || edit(*paths->as_map());
    };
    const auto tidy = [now](Map& paths) {
        drop_markers(paths, now);
        return true;
    };
    const std::optional<Properties> auth = api.below("Auth");
    if (!auth) {
        return with_paths(tidy) && api.find("Auth") == nullptr;
    }
    const auto authorizers = read_rest_authorizers(*auth);
    if (!authorizers) {
        return false;
    }
    if (!check_security_schemes(api, definition)) {
        return false;
    }
    for (const auto& [name, scheme] : *authorizers) {
        schemes_of(definition).set(data::Entry(std::string(name.text()), scheme, name.where()));
    }
    if (!with_paths([&](Map& paths) { return check_security(api, paths); })) {
        return false;
    }
    if (const Value* name = auth->find("DefaultAuthorizer");
        name != nullptr && name->text() != open) {
        if (!check_default(*auth, *name)) {
            return false;
        }
        if (name->text() == iam) {
            add_scheme(definition, {std::string(iam), default_iam_scheme(), name->where()});
        }
        with_paths([&](Map& paths) {
            add_default_authorizer(
                *auth, *name, paths, !is_false(auth->find("AddDefaultAuthorizerToCorsPreflight")));
            return true;
        });
    }
    if (is_true(auth->find("ApiKeyRequired"))) {
        add_scheme(definition, {std::string(api_key), api_key_scheme()});
        with_paths([&](Map& paths) {
            add_default_api_key(paths, !is_false(auth->find("AddApiKeyRequiredToCorsPreflight")));
            return true;
        });
    }
    with_paths(tidy);
    return apply_resource_policy(api, auth->find("ResourcePolicy"), definition, now);
}

void emit_authorizer_permissions(const Resource& api) {
    const Value* auth = api.find("Auth");
    const Value* authorizers = auth == nullptr ? nullptr : auth->find("Authorizers");
    if (authorizers == nullptr || !authorizers->is_map()) {
        return;
    }
    for (const data::Entry& authorizer : *authorizers->as_map()) {
        const Value* function = authorizer.value.find("FunctionArn");
        if (function == nullptr ||
            is_true(authorizer.value.find("DisableFunctionDefaultPermissions"))) {
            continue;
        }
        api.emit(
            fmt::format("{}{}AuthorizerPermission", api.logical_id(), authorizer.key),
            "AWS::Lambda::Permission",
            Map{{"Action", "lambda:InvokeFunction"},
                {"FunctionName", *function},
                {"Principal", "apigateway.amazonaws.com"},
                {"SourceArn",
                 make_sub(
                     fmt::format(
                         "arn:{}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/"
                         "authorizers/*",
                         api.context().partition()),
                     Map{{"__ApiId__", make_ref(api.logical_id())}})}});
    }
}

} // namespace samara::transform
