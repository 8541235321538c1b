#include "transform/api/rest_authorizer.h"

#include "data/accessors.h"
#include "transform/api/openapi.h"
#include "transform/api/python_order.h"
#include "transform/core/intrinsics.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// "method.request.header.A, context.B" of an Identity; nothing after an error.
std::optional<std::string> identity_source(const Properties& authorizer, const Value& identity) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kinds{{
        {"Headers", "method.request.header."},
        {"QueryStrings", "method.request.querystring."},
        {"StageVariables", "stageVariables."},
        {"Context", "context."},
    }};
    std::string out;
    for (const auto& [name, prefix] : kinds) {
        const Value* values = identity.find(name);
        if (!is_given(values)) {
            continue;
        }
        if (!values->is_list()) {
            authorizer.error("Identity", fmt::format("{} must be a list of names", name));
            return std::nullopt;
        }
        for (const Value& value : *values->as_list()) {
            if (!value.is_string()) {
                authorizer.error_at(
                    value, "Identity", fmt::format("{} must be a list of texts", name));
                return std::nullopt;
            }
            out += fmt::format("{}{}{}", out.empty() ? "" : ", ", prefix, value.text());
        }
    }
    return out;
}

void copy_given(const Value& from, std::string_view member, Map& to, std::string_view name) {
    if (const Value* value = from.find(member); is_given(value)) {
        to.set(name, *value);
    }
}

/// As the DefaultAuthorizer of an API.
Value iam_scheme() {
    return Map{
        {"type", "apiKey"},
        {"name", "Authorization"},
        {"in", "header"},
        {"x-amazon-apigateway-authtype", "awsSigv4"}};
}

Value scheme_of(Value header, std::string_view kind, Map settings) {
    return Map{
        {"type", "apiKey"},
        {"name", std::move(header)},
        {"in", "header"},
        {"x-amazon-apigateway-authtype", kind},
        {"x-amazon-apigateway-authorizer", std::move(settings)}};
}

Value header_of(const Value& identity) {
    const Value* header = identity.find("Header");
    return is_given(header) ? *header : Value("Authorization");
}

Value cognito_scheme(const Properties& authorizer, const Value& identity) {
    const Value& pools = authorizer["UserPoolArn"];
    Map settings{{"type", "cognito_user_pools"}};
    settings.set("providerARNs", pools.is_list() ? pools : Value(List{pools}));
    copy_given(identity, "ValidationExpression", settings, "identityValidationExpression");
    return scheme_of(header_of(identity), "cognito_user_pools", std::move(settings));
}

std::optional<Value> lambda_scheme(const Properties& authorizer, const Value& identity) {
    const bool request = authorizer["FunctionPayloadType"].text() == "REQUEST";
    Map settings{{"type", request ? "request" : "token"}};
    settings.set(
        "authorizerUri",
        make_sub(
            invocations_arn(authorizer.context().partition(), "${__FunctionArn__}"),
            Map{{"__FunctionArn__", authorizer["FunctionArn"]}}));
    const Value* cached = identity.find("ReauthorizeEvery");
    if (cached != nullptr && !cached->is_null()) { // 0 is a time
        settings.set("authorizerResultTtlInSeconds", *cached);
    }
    if (const Value* role = authorizer.given("FunctionInvokeRole");
        role != nullptr && role->text() != "NONE") {
        settings.set("authorizerCredentials", *role);
    }
    if (!request) {
        copy_given(identity, "ValidationExpression", settings, "identityValidationExpression");
        return scheme_of(header_of(identity), "custom", std::move(settings));
    }
    const auto source = identity_source(authorizer, identity);
    if (!source) {
        return std::nullopt;
    }
    if (!source->empty()) {
        Value text = *source;
        text.set_where(identity.where());
        settings.set("identitySource", std::move(text));
    }
    return scheme_of("Unused", "custom", std::move(settings));
}

/// Whether ReauthorizeEvery says, for certain, that answers are not cached. What is written as a
/// text counts too.
bool is_uncached(const Value& identity) {
    const Value* seconds = identity.find("ReauthorizeEvery");
    if (seconds == nullptr) {
        return false;
    }
    if (const bool* flag = seconds->as_boolean()) {
        return !*flag;
    }
    if (const double* number = seconds->as_number()) {
        return *number < 1;
    }
    const auto whole = data::integer_of(seconds);
    return whole && *whole <= 0;
}

/// FunctionPayloadType, and what it needs, which AWS's transform asks of every authorizer. False
/// after an error.
bool check_payload_type(const Properties& authorizer, const Value& identity) {
    const Value* payload = authorizer.find("FunctionPayloadType");
    if (payload == nullptr) {
        return true;
    }
    if (payload->text() != "TOKEN" && payload->text() != "REQUEST") {
        authorizer.error("FunctionPayloadType", "FunctionPayloadType is TOKEN or REQUEST");
        return false;
    }
    constexpr std::array sources{"Headers", "QueryStrings", "StageVariables", "Context"};
    const bool has_source = std::any_of(sources.begin(), sources.end(), [&](const char* name) {
        return is_given(identity.find(name));
    });
    if (payload->text() == "REQUEST" && !has_source && !is_uncached(identity)) {
        authorizer.error(
            "Identity",
            "a REQUEST authorizer needs an Identity to cache its answers by",
            "give Headers, QueryStrings, StageVariables or Context, or ReauthorizeEvery: 0");
        return false;
    }
    return true;
}

std::optional<Value> scheme_of(const Properties& authorizer) {
    static const Value nothing = Map{};
    const Value* identity = authorizer.given("Identity");
    if (identity != nullptr && !identity->is_map()) {
        authorizer.wrong_kind("Identity", "a map");
        return std::nullopt;
    }
    const Value& given = identity == nullptr ? nothing : *identity;
    if (!check_payload_type(authorizer, given)) {
        return std::nullopt;
    }
    if (const Value* scopes = authorizer.find("AuthorizationScopes");
        scopes != nullptr && !scopes->is_list()) {
        authorizer.wrong_kind("AuthorizationScopes", "a list");
        return std::nullopt;
    }
    if (const Value* disabled = authorizer.find("DisableFunctionDefaultPermissions");
        disabled != nullptr && !disabled->is_boolean()) {
        authorizer.wrong_kind("DisableFunctionDefaultPermissions", "true or false");
        return std::nullopt;
    }
    if (authorizer.given("UserPoolArn") != nullptr) {
        return cognito_scheme(authorizer, given);
    }
    if (authorizer.find("FunctionArn") == nullptr) {
        authorizer.warning(
            "",
            "an authorizer without UserPoolArn or FunctionArn cannot be deployed",
            "give the ARN of a Cognito user pool or of a Lambda function");
    }
    return lambda_scheme(authorizer, given);
}

} // namespace

std::optional<RestAuthorizers> read_rest_authorizers(const Properties& auth) {
    const auto authorizers =
        auth.given("Authorizers") == nullptr ? std::nullopt : auth.below("Authorizers");
    if (!authorizers && auth.given("Authorizers") != nullptr) {
        return std::nullopt;
    }
    // In the order in which Python visits the table that AWS's transform makes of them.
    Map schemes;
    if (const Value* name = auth.find("DefaultAuthorizer");
        name != nullptr && name->text() == "AWS_IAM") {
        schemes.set(data::Entry("AWS_IAM", iam_scheme(), name->where()));
    }
    bool good = true;
    if (authorizers) {
        for (const data::Entry* next : in_python_order(authorizers->map(), 0)) {
            if (next->value.is_null()) {
                authorizers->wrong_kind(next->key, "a map");
            }
            const auto authorizer = authorizers->below(next->key);
            auto scheme = authorizer ? scheme_of(*authorizer) : std::nullopt;
            good = good && scheme.has_value();
            if (scheme) {
                schemes.set(data::Entry(next->key, std::move(*scheme), next->key_where.place));
            }
        }
    }
    RestAuthorizers out;
    for (const data::Entry* next : in_python_order(schemes, 0)) {
        Value name = next->key;
        name.set_where(next->key_where);
        out.emplace_back(std::move(name), next->value);
    }
    return good ? std::optional(std::move(out)) : std::nullopt;
}

} // namespace samara::transform
