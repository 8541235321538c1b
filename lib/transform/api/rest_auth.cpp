#include "transform/api/rest_auth.h"

#include "transform/api/definition_history.h"
#include "transform/api/openapi.h"
#include "transform/api/python_order.h"
#include "transform/api/rest_authorizer.h"
#include "transform/api/rest_definition.h"
#include "transform/api/rest_policy.h"
#include "transform/api/rest_security.h"
#include "transform/core/intrinsics.h"

#include <algorithm>

#include <fmt/format.h>

/// Auth of REST APIs.
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// Whether the places of security schemes are maps; an error of the document if not. AWS's
/// transform ends with it where it puts in authorizers, and goes on where it puts in the API key.
bool check_security_schemes(const Resource& api, const Map& definition, bool for_authorizers) {
    const Value* components = definition.find("components");
    for (const Value* place :
         {definition.find("securityDefinitions"),
          components,
          components == nullptr ? nullptr : components->find("securitySchemes")}) {
        if (place != nullptr && !place->is_null() && !place->is_map()) {
            base::Error error;
            error.message = "securityDefinitions and components.securitySchemes must be maps";
            error.hint = "write the name of each scheme as a key";
            error.where = place->where();
            if (for_authorizers) {
                api.context().error(std::move(error.message), std::move(error.hint), error.where);
            } else {
                api.context().report({base::Severity::error, std::move(error)});
            }
            return false;
        }
    }
    return true;
}

/// Whether every `security` of the definition is a list of maps; an error of the document if not.
bool check_security(const Resource& api, Map& paths) {
    bool good = true;
    each_operation(
        paths,
        is_rest_method,
        [&](const std::string& path, const std::string& method, Map& operation) {
            const Value* security = operation.find("security");
            if (security == nullptr) {
                return;
            }
            const List* list = security->as_list();
            if (list == nullptr || !std::all_of(list->begin(), list->end(), [](const Value& v) {
                    return v.is_map();
                })) {
                api.context().error(
                    fmt::format("security of {} {} must be a list of maps", method, path),
                    "write for example security: [{MyAuthorizer: []}]",
                    security->where());
                good = false;
            }
        });
    return good;
}

/// Whether a requirement names any of the schemes.
template <class IsScheme>
bool names_any(const Value& requirement, IsScheme&& is_scheme) {
    const Map& schemes = *requirement.as_map();
    return std::any_of(schemes.begin(), schemes.end(), [&](const data::Entry& scheme) {
        return is_scheme(scheme.key);
    });
}

/// The requirements that name a scheme of that kind and all others, each in their order.
template <class IsScheme>
std::pair<List, List> split(const Value* security, IsScheme&& is_scheme) {
    std::pair<List, List> parts;
    const List* list = security == nullptr ? nullptr : security->as_list();
    for (const Value& one : list == nullptr ? List{} : *list) {
        (names_any(one, is_scheme) ? parts.first : parts.second).push_back(one);
    }
    return parts;
}

/// Drops the first requirement that names the scheme. Whether there was one.
bool drop(List& security, std::string_view scheme) {
    const auto found = std::find_if(security.begin(), security.end(), [&](const Value& one) {
        return one.find(scheme) != nullptr;
    });
    const bool there = found != security.end();
    if (there) {
        security.erase(found);
    }
    return there;
}

/// The default authorizer for every operation that says nothing of its own; those that say NONE
/// have nothing but what else they say.
void add_default_authorizer(
    const Properties& auth,
    const RestAuthorizers& authorizers,
    const Value& name,
    Map& definition,
    Map& paths) {
    const Value* preflight = auth.map().find("AddDefaultAuthorizerToCorsPreflight");
    const bool preflight_too = preflight == nullptr || is_given(preflight);
    const auto is_authorizer = [&](std::string_view scheme) {
        return scheme == iam ||
               std::any_of(authorizers.begin(), authorizers.end(), [&](const auto& authorizer) {
                   return authorizer.first.text() == scheme;
               });
    };
    const Value* scopes = scopes_of(auth.find("Authorizers"), name.text());
    bool needs_iam = false;
    each_operation(
        paths,
        is_rest_method,
        [&](const std::string& /*path*/, const std::string& method, Map& operation) {
            if (method == "options" && !preflight_too) {
                return;
            }
            auto [own, all] = split(operation.find("security"), is_authorizer);
            if (drop(all, open)) {
                own.clear();
            } else if (own.empty()) {
                own.push_back(requirement(
                    name, scopes != nullptr && scopes->is_list() ? *scopes->as_list() : List{}));
            }
            all.insert(all.end(), own.begin(), own.end());
            if (!all.empty()) {
                needs_iam = needs_iam || all.front().find(iam) != nullptr;
                operation.set("security", std::move(all));
            }
        });
    if (needs_iam) {
        add_scheme(definition, {std::string(iam), iam_scheme()});
    }
}

/// The API's key for every operation but those that say they need none.
void add_default_api_key(const Properties& auth, Map& paths) {
    const Value* preflight = auth.map().find("AddApiKeyRequiredToCorsPreflight");
    const bool preflight_too = preflight == nullptr || is_given(preflight);
    each_operation(
        paths,
        is_rest_method,
        [&](const std::string& /*path*/, const std::string& method, Map& operation) {
            const Value* before = operation.find("security");
            auto [own, all] = split(before, [](std::string_view scheme) {
                return scheme == api_key || scheme == no_api_key;
            });
            const bool exempt = drop(own, no_api_key);
            if (!exempt && (method != "options" || preflight_too)) {
                all.emplace_back(Map{{std::string(api_key), List{}}});
            }
            const List nothing;
            const List* was = before == nullptr ? nullptr : before->as_list();
            if (all != (was == nullptr ? nothing : *was)) {
                operation.set("security", std::move(all));
            }
        });
}

/// DefaultAuthorizer, null when there is none. Nothing and an error when it is not one of the
/// authorizers.
std::optional<Value> default_of(const Properties& auth, const RestAuthorizers& authorizers) {
    const Value* name = auth.given("DefaultAuthorizer");
    if (name != nullptr && authorizers.empty()) {
        auth.warning(
            "DefaultAuthorizer",
            "AWS's transform does not read DefaultAuthorizer without Authorizers: routes are open",
            "define it under Authorizers");
    }
    if (name == nullptr || authorizers.empty()) {
        return Value();
    }
    const bool known =
        name->is_string() &&
        std::any_of(authorizers.begin(), authorizers.end(), [&](const auto& authorizer) {
            return authorizer.first.text() == name->text();
        });
    if (known) {
        return *name;
    }
    auth.error(
        "DefaultAuthorizer",
        "DefaultAuthorizer is not one of the Authorizers",
        "define it under Authorizers, or write AWS_IAM");
    return std::nullopt;
}

bool apply_resource_policy(
    const Resource& api, const Properties& auth, Map& definition, std::uint32_t now) {
    const Value* policy = auth.given("ResourcePolicy");
    if (policy == nullptr) {
        return true;
    }
    if (!policy->is_map()) {
        api.context().error("ResourcePolicy must be a map", {}, policy->where());
        return false;
    }
    std::vector<std::string> names;
    for (const data::Entry* path : in_python_order(*definition.find("paths")->as_map(), now)) {
        names.push_back(path->key);
    }
    for (const std::string& name : names) {
        if (!restrict_path(api.context(), definition, *policy, {name, {}, api["StageName"], now})) {
            return false;
        }
    }
    add_custom_statements(definition, *policy);
    return true;
}

} // namespace

bool check_api_auth(const Resource& api) {
    const std::optional<Properties> auth = api.below("Auth");
    return auth && auth->check("ApiAuth");
}

bool apply_api_auth(const Resource& api, Map& definition, std::uint32_t now) {
    // The definition's own members move when it gets more: look the paths up each time.
    const auto paths = [&]() -> Map& { return *definition.find("paths")->as_map(); };
    const std::optional<Properties> auth = api.below("Auth");
    const auto authorizers = read_rest_authorizers(*auth);
    const bool by_key = auth->given("ApiKeyRequired") != nullptr;
    if (!authorizers || ((by_key || !authorizers->empty()) &&
                         !check_security_schemes(api, definition, !authorizers->empty()))) {
        return false;
    }
    for (const auto& [name, scheme] : *authorizers) {
        Map& schemes = schemes_of(definition);
        if (Value* own = schemes.find(name.text())) {
            *own = scheme; // under the key that is there, not the one of Authorizers
        } else {
            schemes.set(data::Entry(std::string(name.text()), scheme, name.where()));
        }
    }
    const auto fallback = default_of(*auth, *authorizers);
    if (!fallback || ((!fallback->is_null() || by_key) &&
                      (!check_operations(api, definition) || !check_security(api, paths())))) {
        return false;
    }
    if (!fallback->is_null()) {
        add_default_authorizer(*auth, *authorizers, *fallback, definition, paths());
    }
    if (by_key) {
        add_scheme(definition, {std::string(api_key), api_key_scheme()});
        add_default_api_key(*auth, paths());
    }
    return apply_resource_policy(api, *auth, definition, now);
}

void emit_authorizer_permissions(const Resource& api) {
    const Value* auth = api.find("Auth");
    const Value* authorizers = auth == nullptr ? nullptr : auth->find("Authorizers");
    if (authorizers == nullptr || !authorizers->is_map()) {
        return;
    }
    for (const data::Entry& authorizer : *authorizers->as_map()) {
        const Value* function = authorizer.value.find("FunctionArn");
        if (!is_given(function) ||
            is_given(authorizer.value.find("DisableFunctionDefaultPermissions"))) {
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
