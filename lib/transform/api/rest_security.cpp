#include "transform/api/rest_security.h"

#include "transform/api/definition_history.h"

#include <string>

namespace samara::transform {

using data::List;
using data::Map;
using data::Value;

List& security_of(Map& operation) {
    Value& security = operation["security"];
    if (!security.is_list()) {
        security = List{};
    }
    return *security.as_list();
}

Value requirement(const Value& name, List scopes) {
    Map out;
    out.set(data::Entry(std::string(name.text()), std::move(scopes), name.where()));
    return out;
}

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

} // namespace samara::transform
