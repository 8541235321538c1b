#include "transform/api/http_api_auth.h"

#include "base/strings.h"
#include "transform/api/openapi.h"
#include "transform/core/intrinsics.h"

#include <array>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr std::string_view iam = "AWS_IAM";

// $request.header.X and its like, in the order of SAM's Identity properties.
std::optional<List> identity_sources(const Properties& authorizer, const Map& identity) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kinds{{
        {"Headers", "$request.header."},
        {"QueryStrings", "$request.querystring."},
        {"StageVariables", "$stageVariables."},
        {"Context", "$context."},
    }};
    List sources;
    for (const auto& [name, prefix] : kinds) {
        const Value* values = identity.find(name);
        if (!is_given(values)) {
            continue;
        }
        if (!values->is_list()) {
            authorizer.wrong_kind(fmt::format("Identity.{}", name), "a list of names");
            return std::nullopt;
        }
        for (const Value& value : *values->as_list()) {
            if (!value.is_string()) {
                authorizer.wrong_kind(fmt::format("Identity.{}", name), "a list of texts");
                return std::nullopt;
            }
            sources.emplace_back(fmt::format("{}{}", prefix, value.text()));
        }
    }
    return sources;
}

/// The properties that only the other kind of authorizer has. False after an error.
bool lacks_all(
    const Properties& authorizer,
    std::initializer_list<std::string_view> others,
    std::string_view kind,
    std::string_view hint) {
    for (const std::string_view name : others) {
        if (authorizer.find(name) != nullptr) {
            authorizer.error(name, fmt::format("{} has no {}", kind, name), std::string(hint));
            return false;
        }
    }
    return true;
}

/// Adds what Identity says. False after an error.
bool add_identity(const Properties& properties, Map& settings) {
    const Value* given = properties.given("Identity");
    if (given == nullptr) {
        return true;
    }
    const Map* identity = given->as_map();
    if (identity == nullptr) {
        properties.wrong_kind("Identity", "a map");
        return false;
    }
    auto sources = identity_sources(properties, *identity);
    if (!sources) {
        return false;
    }
    settings.set("identitySource", std::move(*sources));
    if (const Value* ttl = identity->find("ReauthorizeEvery"); ttl != nullptr && !ttl->is_null()) {
        settings.set("authorizerResultTtlInSeconds", *ttl);
    }
    return true;
}

std::optional<HttpAuthorizer> lambda_authorizer(const Properties& properties) {
    if (!lacks_all(
            properties,
            {"AuthorizationScopes", "IdentitySource", "JwtConfiguration"},
            "a Lambda authorizer",
            "remove it, or write JwtConfiguration in the place of FunctionArn")) {
        return std::nullopt;
    }
    if (properties.given("AuthorizerPayloadFormatVersion") == nullptr) {
        properties.error(
            "AuthorizerPayloadFormatVersion",
            "a Lambda authorizer needs AuthorizerPayloadFormatVersion",
            "write 1.0 or 2.0");
        return std::nullopt;
    }
    const Value* permission = properties.find("EnableFunctionDefaultPermissions");
    if (permission != nullptr && !permission->is_boolean()) {
        properties.wrong_kind("EnableFunctionDefaultPermissions", "true or false");
        return std::nullopt;
    }
    HttpAuthorizer authorizer;
    Map settings{
        {"type", "request"},
        {"authorizerPayloadFormatVersion", properties["AuthorizerPayloadFormatVersion"]}};
    settings.set(
        "authorizerUri",
        make_sub(
            invocations_arn(properties.context().partition(), "${__FunctionArn__}"),
            Map{{"__FunctionArn__", properties["FunctionArn"]}}));
    if (const Value* role = properties.given("FunctionInvokeRole");
        role != nullptr && role->text() != "NONE") {
        settings.set("authorizerCredentials", *role);
    }
    if (const Value* simple = properties.given("EnableSimpleResponses")) {
        settings.set("enableSimpleResponses", *simple);
    }
    if (!add_identity(properties, settings)) {
        return std::nullopt;
    }
    authorizer.needs_permission = is_boolean_true(permission);
    authorizer.function_arn = properties["FunctionArn"];
    authorizer.scheme =
        Map{{"type", "apiKey"},
            {"name", "Unused"},
            {"in", "header"},
            {"x-amazon-apigateway-authorizer", std::move(settings)}};
    return authorizer;
}

std::optional<HttpAuthorizer> jwt_authorizer(const Properties& properties) {
    if (!lacks_all(
            properties,
            {"FunctionArn",
             "FunctionInvokeRole",
             "Identity",
             "AuthorizerPayloadFormatVersion",
             "EnableSimpleResponses",
             "EnableFunctionDefaultPermissions"},
            "a JWT authorizer",
            "remove it, or remove JwtConfiguration to have a Lambda authorizer")) {
        return std::nullopt;
    }
    HttpAuthorizer authorizer;
    authorizer.jwt = true;
    const Map* configuration = properties["JwtConfiguration"].as_map();
    if (configuration == nullptr || properties.given("IdentitySource") == nullptr) {
        properties.error(
            "JwtConfiguration",
            "a JWT authorizer needs JwtConfiguration (a map) and IdentitySource",
            "write JwtConfiguration: {issuer: ..., audience: [...]} and IdentitySource: "
            "$request.header.Authorization");
        return std::nullopt;
    }
    if (const Value* scopes = properties.find("AuthorizationScopes")) {
        if (!scopes->is_list()) {
            properties.wrong_kind("AuthorizationScopes", "a list of scopes");
            return std::nullopt;
        }
        authorizer.scopes = *scopes->as_list();
    }
    Map jwt;
    for (const data::Entry& entry : *configuration) {
        jwt.set(base::to_lower(entry.key), entry.value); // both Issuer and issuer are accepted
    }
    authorizer.scheme =
        Map{{"type", "oauth2"},
            {"x-amazon-apigateway-authorizer",
             Map{{"type", "jwt"},
                 {"identitySource", properties["IdentitySource"]},
                 {"jwtConfiguration", std::move(jwt)}}}};
    return authorizer;
}

/// One with a JwtConfiguration checks tokens, every other one asks a function.
std::optional<HttpAuthorizer> read_authorizer(const Properties& properties) {
    if (properties.map().contains("OpenIdConnectUrl")) {
        properties.error(
            "OpenIdConnectUrl",
            "OpenIdConnectUrl is not a property of an authorizer",
            "give JwtConfiguration with the issuer");
        return std::nullopt;
    }
    if (properties.given("JwtConfiguration") != nullptr) {
        return jwt_authorizer(properties);
    }
    if (properties.given("FunctionArn") == nullptr) {
        properties.error(
            "",
            "an authorizer needs JwtConfiguration (with IdentitySource) or FunctionArn (with "
            "AuthorizerPayloadFormatVersion)",
            "write JwtConfiguration: {issuer: ..., audience: [...]} and IdentitySource: "
            "$request.header.Authorization, or FunctionArn: !GetAtt Authorizer.Arn");
        return std::nullopt;
    }
    return lambda_authorizer(properties);
}

/// The Authorizers, and AWS_IAM where it is enabled. False after an error.
bool read_authorizers(const Properties& properties, HttpAuth& auth) {
    if (const Value* enabled = properties.find("EnableIamAuthorizer");
        enabled != nullptr && enabled->as_boolean() != nullptr && *enabled->as_boolean()) {
        auth.authorizers[std::string(iam)].scheme =
            Map{{"type", "apiKey"},
                {"name", "Authorization"},
                {"in", "header"},
                {"x-amazon-apigateway-authtype", "awsSigv4"}};
    }
    if (properties.given("Authorizers") == nullptr) {
        return true;
    }
    const std::optional<Properties> authorizers = properties.below("Authorizers");
    if (!authorizers) {
        return false;
    }
    bool valid = true;
    for (const data::Entry& entry : authorizers->map()) {
        if (entry.value.is_null()) {
            authorizers->wrong_kind(entry.key, "a map");
        }
        const std::optional<Properties> one = authorizers->below(entry.key);
        std::optional<HttpAuthorizer> authorizer = one ? read_authorizer(*one) : std::nullopt;
        valid = valid && authorizer.has_value();
        if (authorizer) {
            authorizer->scheme.set_where(entry.key_where);
            auth.authorizers[entry.key] = std::move(*authorizer);
        }
    }
    return valid;
}

} // namespace

std::optional<HttpAuth> read_http_auth(const Resource& api) {
    HttpAuth auth;
    if (api.given("Auth") == nullptr) {
        return auth;
    }
    const std::optional<Properties> properties = api.below("Auth");
    if (!properties) {
        return std::nullopt;
    }
    if (!properties->check("HttpApiAuth") || !read_authorizers(*properties, auth)) {
        return std::nullopt;
    }
    const Value* name = properties->given("DefaultAuthorizer");
    if (name == nullptr || is_no_value(*name)) {
        return auth;
    }
    if (!name->is_string() || !auth.authorizers.contains(std::string(name->text()))) {
        properties->error(
            "DefaultAuthorizer",
            "DefaultAuthorizer is not one of the Authorizers",
            "define it under Authorizers");
        return std::nullopt;
    }
    auth.default_authorizer = name->text();
    return auth;
}

} // namespace samara::transform
