#include "transform/rest_auth.h"

#include "transform/definition_history.h"
#include "transform/intrinsics.h"
#include "transform/openapi.h"
#include "transform/python_order.h"
#include "transform/rest_authorizer.h"
#include "transform/rest_policy.h"
#include "transform/rest_security.h"

#include <algorithm>

#include <fmt/format.h>

/// Auth of REST APIs.
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// As the DefaultAuthorizer of an API.
Value default_iam_scheme() {
    return Map{
        {"type", "apiKey"},
        {"name", "Authorization"},
        {"in", "header"},
        {"x-amazon-apigateway-authtype", "awsSigv4"}};
}

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
                    [](const Value& one) { return one.find(no_api_key) != nullptr; }),
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
