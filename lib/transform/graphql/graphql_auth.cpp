#include "transform/connector/connector.h"
#include "transform/core/intrinsics.h"
#include "transform/graphql/graphql_api.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

/// Who may call a GraphQL API.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-graphqlapi-auth.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// An authentication type; those with a `property` need it and write it as `config`.
struct AuthType {
    std::string_view name;
    std::string_view property;
    std::string_view config;
};

constexpr std::array auth_types{
    AuthType{"API_KEY", {}, {}},
    AuthType{"AWS_IAM", {}, {}},
    AuthType{"AWS_LAMBDA", "LambdaAuthorizer", "LambdaAuthorizerConfig"},
    AuthType{"OPENID_CONNECT", "OpenIDConnect", "OpenIDConnectConfig"},
    AuthType{"AMAZON_COGNITO_USER_POOLS", "UserPool", "UserPoolConfig"},
};

std::string type_names() {
    std::string out;
    for (const AuthType& type : auth_types) {
        out += fmt::format("{}{}", out.empty() ? "" : ", ", type.name);
    }
    return out;
}

const AuthType* find_type(std::string_view name) {
    const auto* type = std::find_if(
        auth_types.begin(), auth_types.end(), [&](const AuthType& t) { return t.name == name; });
    return type == auth_types.end() ? nullptr : type;
}

/// One provider as AppSync has it. Nothing after an error.
std::optional<Map> provider(const Properties& auth, std::string_view list) {
    if (!auth.check(list)) {
        return std::nullopt;
    }
    const AuthType* type = find_type(auth["Type"].text());
    if (type == nullptr) {
        auth.error(
            "Type",
            fmt::format("there is no authentication type {}", auth["Type"].text()),
            type_names());
        return std::nullopt;
    }
    std::size_t configurations = 0;
    for (const AuthType& other : auth_types) {
        if (other.property.empty() || auth.find(other.property) == nullptr) {
            continue;
        }
        ++configurations;
        if (other.name != type->name) {
            auth.warning(
                other.property,
                fmt::format("{} has no place in Type {}", other.property, type->name),
                fmt::format("remove it, or list Type {} in Additional", other.name));
        }
    }
    if (configurations > 1) {
        auth.error(
            "",
            "there is more than one configuration of an authentication type",
            "list the others in Additional, each with its Type");
        return std::nullopt;
    }
    Map out{{"AuthenticationType", type->name}};
    if (type->property.empty()) {
        return out;
    }
    const auto config = auth.below(type->property);
    if (!config) {
        if (auth.find(type->property) == nullptr) {
            auth.error(
                "",
                fmt::format("Type {} needs {}", type->name, type->property),
                fmt::format("add {}", type->property));
        }
        return std::nullopt;
    }
    if (!config->check(fmt::format("GraphQLApi/{}", type->property))) {
        return std::nullopt;
    }
    out.set(type->config, config->map());
    return out;
}

/// The ARN of the function that authorizes, when the provider has one.
void collect_authorizer(const Map& provider, std::vector<Value>& functions) {
    const Value* config = provider.find("LambdaAuthorizerConfig");
    const Value* function = config == nullptr ? nullptr : config->find("AuthorizerUri");
    if (function != nullptr) {
        functions.push_back(*function);
    }
}

bool add_additional(const Properties& auth, Map& out, std::vector<Value>& functions) {
    const List* list = auth["Additional"].as_list();
    if (list == nullptr) {
        return true;
    }
    bool good = true;
    List providers;
    for (const Value& item : *list) {
        if (!item.is_map()) {
            auth.error_at(item, "Additional", "each of Additional must be a map", "add a Type");
            good = false;
            continue;
        }
        Map copy = *item.as_map();
        auto added = provider(auth.beside("Additional", copy), "GraphQLApi/AdditionalAuth");
        if (!added) {
            good = false;
            continue;
        }
        if (Value* pool = added->find("UserPoolConfig")) {
            pool->as_map()->erase("DefaultAction"); // only the main provider has one
        }
        collect_authorizer(*added, functions);
        providers.emplace_back(std::move(*added));
    }
    out.set("AdditionalAuthenticationProviders", std::move(providers));
    return good;
}

void let_invoke(const Resource& api, const std::vector<Value>& functions) {
    const ConnectorEnd source{
        api.logical_id(),
        "AWS::AppSync::GraphQLApi",
        "AWS::AppSync::GraphQLApi",
        {{"ResourceId", graphql_api_id(api)}}};
    for (std::size_t i = 0; i < functions.size(); ++i) {
        const ConnectorEnd destination{
            {}, "AWS::Lambda::Function", "AWS::Lambda::Function", {{"Arn", functions[i]}}};
        connect(
            {api, fmt::format("{}ToLambdaAuthConnector{}", api.logical_id(), i + 1), {}, {}},
            source,
            destination,
            {"Write"});
    }
}

} // namespace

bool set_graphql_auth(const Resource& api, Map& out) {
    const auto auth = api.below("Auth");
    auto main = auth ? provider(*auth, "GraphQLApi/Auth") : std::nullopt;
    if (!main) {
        return false;
    }
    std::vector<Value> functions;
    collect_authorizer(*main, functions);
    for (data::Entry& entry : *main) {
        out.set(std::move(entry));
    }
    if (!add_additional(*auth, out, functions)) {
        return false;
    }
    let_invoke(api, functions);
    return true;
}

} // namespace samara::transform
