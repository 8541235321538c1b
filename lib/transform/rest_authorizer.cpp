#include "transform/rest_authorizer.h"

#include "transform/intrinsics.h"
#include "transform/python_order.h"

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
        if (values == nullptr || values->is_null()) {
            continue;
        }
        if (!values->is_list()) {
            authorizer.error("Identity", fmt::format("{} must be a list of names", name));
            return std::nullopt;
        }
        for (const Value& value : *values->as_list()) {
            out += fmt::format("{}{}{}", out.empty() ? "" : ", ", prefix, data::scalar_text(value));
        }
    }
    return out;
}

void copy(const Value& from, std::string_view member, Map& to, std::string_view name) {
    if (const Value* value = from.find(member); value != nullptr && !value->is_null()) {
        to.set(name, *value);
    }
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
    return header == nullptr || header->is_null() ? Value("Authorization") : *header;
}

Value cognito_scheme(const Properties& authorizer, const Value& identity) {
    const Value& pools = authorizer["UserPoolArn"];
    Map settings{{"type", "cognito_user_pools"}};
    settings.set("providerARNs", pools.is_list() ? pools : Value(List{pools}));
    copy(identity, "ValidationExpression", settings, "identityValidationExpression");
    return scheme_of(header_of(identity), "cognito_user_pools", std::move(settings));
}

std::optional<Value> lambda_scheme(const Properties& authorizer, const Value& identity) {
    const bool request = authorizer["FunctionPayloadType"].text() == "REQUEST";
    Map settings{{"type", request ? "request" : "token"}};
    settings.set(
        "authorizerUri",
        make_sub(
            fmt::format(
                "arn:{}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/"
                "${{__FunctionArn__}}/invocations",
                authorizer.context().partition()),
            Map{{"__FunctionArn__", authorizer["FunctionArn"]}}));
    if (const Value* role = authorizer.find("FunctionInvokeRole");
        role != nullptr && role->text() != "NONE") {
        settings.set("authorizerCredentials", *role);
    }
    copy(identity, "ReauthorizeEvery", settings, "authorizerResultTtlInSeconds");
    if (!request) {
        copy(identity, "ValidationExpression", settings, "identityValidationExpression");
        return scheme_of(header_of(identity), "custom", std::move(settings));
    }
    const auto source = identity_source(authorizer, identity);
    if (!source) {
        return std::nullopt;
    }
    const Value* cached = identity.find("ReauthorizeEvery");
    const bool uncached =
        cached != nullptr && cached->as_integer() != nullptr && *cached->as_integer() == 0;
    if (source->empty() && !uncached && (cached == nullptr || !is_intrinsic(*cached))) {
        authorizer.error(
            "Identity",
            "a REQUEST authorizer needs an Identity to cache its answers by",
            "give Headers, QueryStrings, StageVariables or Context, or ReauthorizeEvery: 0");
        return std::nullopt;
    }
    if (!source->empty()) {
        Value text = *source;
        text.set_where(identity.where());
        settings.set("identitySource", std::move(text));
    }
    return scheme_of("Unused", "custom", std::move(settings));
}

std::optional<Value> scheme_of(const Properties& authorizer) {
    static const Value nothing = Map{};
    const Value* identity = authorizer.find("Identity");
    if (identity != nullptr && !identity->is_map()) {
        authorizer.wrong_kind("Identity", "a map");
        return std::nullopt;
    }
    const Value& given = identity == nullptr ? nothing : *identity;
    if (authorizer.find("UserPoolArn") != nullptr) {
        return cognito_scheme(authorizer, given);
    }
    if (authorizer.find("FunctionArn") == nullptr) {
        authorizer.warning(
            "",
            "an authorizer without UserPoolArn or FunctionArn cannot be deployed",
            "give the ARN of a Cognito user pool or of a Lambda function");
    }
    const Value* payload = authorizer.find("FunctionPayloadType");
    if (payload != nullptr && payload->text() != "TOKEN" && payload->text() != "REQUEST") {
        authorizer.error("FunctionPayloadType", "FunctionPayloadType is TOKEN or REQUEST");
        return std::nullopt;
    }
    return lambda_scheme(authorizer, given);
}

} // namespace

std::optional<std::vector<std::pair<Value, Value>>> read_rest_authorizers(const Properties& auth) {
    std::vector<std::pair<Value, Value>> out;
    const auto authorizers = auth.below("Authorizers");
    if (!authorizers) {
        return auth.find("Authorizers") == nullptr ? std::optional(std::move(out)) : std::nullopt;
    }
    bool good = true;
    for (const data::Entry* next : in_python_order(authorizers->map())) {
        const data::Entry& entry = *next;
        const auto authorizer = authorizers->below(entry.key);
        auto scheme = authorizer ? scheme_of(*authorizer) : std::nullopt;
        if (!scheme) {
            good = false;
            continue;
        }
        Value name = entry.key;
        name.set_where(entry.key_where);
        out.emplace_back(std::move(name), std::move(*scheme));
    }
    return good ? std::optional(std::move(out)) : std::nullopt;
}

} // namespace samara::transform
