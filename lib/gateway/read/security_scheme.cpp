#include "aws/api_gateway_limits.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "gateway/read/description.h"
#include "gateway/read/openapi.h"
#include "gateway/read/stage.h"

#include <charconv>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

Authorizer closed(const std::string& name, std::string_view why) {
    return {name, UnsupportedAuthorizer{fmt::format("authorizer '{}': {}", name, why)}};
}

/// "$request.header.X" (HTTP APIs) or "method.request.header.X" (REST APIs).
std::optional<IdentitySource> parse_identity_source(std::string_view text) {
    struct Prefix {
        std::string_view text;
        IdentitySource::Kind kind;
    };

    static constexpr std::array<Prefix, 10> prefixes{{
        {"route.request.header.", IdentitySource::Kind::header},
        {"route.request.querystring.", IdentitySource::Kind::query},
        {"$request.header.", IdentitySource::Kind::header},
        {"$request.querystring.", IdentitySource::Kind::query},
        {"$context.", IdentitySource::Kind::context},
        {"$stageVariables.", IdentitySource::Kind::stage_variable},
        {"method.request.header.", IdentitySource::Kind::header},
        {"method.request.querystring.", IdentitySource::Kind::query},
        {"context.", IdentitySource::Kind::context},
        {"stageVariables.", IdentitySource::Kind::stage_variable},
    }};
    text = base::trim(text);
    for (const Prefix& prefix : prefixes) {
        if (text.size() > prefix.text.size() && text.substr(0, prefix.text.size()) == prefix.text) {
            const std::string_view name = text.substr(prefix.text.size());
            const bool plain = prefix.kind == IdentitySource::Kind::context ||
                               prefix.kind == IdentitySource::Kind::stage_variable;
            if (plain && name.find('$') != std::string_view::npos) {
                return std::nullopt; // SAM writes the prefix: "$context.$context.path"
            }
            return IdentitySource{prefix.kind, std::string(name)};
        }
    }
    return std::nullopt;
}

/// REST APIs separate sources by commas in one text, HTTP APIs list them. Empty with `bad` set when
/// one of them does not parse.
std::vector<IdentitySource> read_identity_sources(const data::Value* value, std::string& bad) {
    std::vector<IdentitySource> sources;
    for (const std::string& text : data::texts_of(value)) {
        for (const std::string_view piece : base::split(text, ',')) {
            auto source = parse_identity_source(piece);
            if (!source) {
                bad = piece;
                return {};
            }
            sources.push_back(std::move(*source));
        }
    }
    return sources;
}

/// docs.aws.amazon.com/apigateway/latest/api/API_Authorizer.html: at most an hour.
std::optional<std::chrono::seconds> parse_ttl(std::string_view text) {
    int seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size() || seconds < 0 ||
        seconds > aws::api_gateway::authorizer_result_ttl.count()) {
        return std::nullopt;
    }
    return std::chrono::seconds(seconds);
}

/// Compiles the validation expression of an authorizer into `pattern`; says what is wrong with it,
/// nothing when all is well.
std::string read_validation(const data::Value& authorizer, std::optional<model::Pattern>& pattern) {
    const std::string text = either_text(authorizer, "identityValidationExpression");
    if (text.empty()) {
        return {};
    }
    auto compiled = model::Pattern::compile(text);
    if (!compiled) {
        return fmt::format(
            "validation expression '{}' cannot be parsed: {}", text, compiled.error().message);
    }
    pattern = std::move(*compiled);
    return {};
}

Authorizer read_lambda(
    const std::string& name,
    const data::Value& scheme,
    const data::Value& authorizer,
    const serving::Functions& functions,
    const Api& api) {
    LambdaAuthorizer lambda;
    const std::string type = base::to_lower(either_text(authorizer, "type"));
    const bool rest = api.kind == ApiKind::rest;
    lambda.kind = type == "token" ? LambdaAuthorizer::Kind::token : LambdaAuthorizer::Kind::request;

    const std::string uri =
        with_stage_variables(either_text(authorizer, "authorizerUri"), api.stage_variables);
    const serving::Functions::Function* function = functions.find_uri(uri);
    if (function == nullptr) {
        return closed(
            name, fmt::format("no function of this template is at authorizer URI '{}'", uri));
    }
    lambda.function = function->id;
    lambda.function_timeout = function->timeout;

    if (!rest) {
        const std::string version = either_text(authorizer, "authorizerPayloadFormatVersion");
        if (version != "1.0" && version != "2.0") {
            return closed(
                name,
                fmt::format(
                    "AuthorizerPayloadFormatVersion has to be '1.0' or '2.0', not '{}'", version));
        }
        lambda.format = version == "1.0" ? PayloadFormat::v1 : PayloadFormat::v2;
        lambda.simple_responses = data::is_true(either(authorizer, "enableSimpleResponses"));
        if (lambda.simple_responses && lambda.format == PayloadFormat::v1) {
            return closed(name, "EnableSimpleResponses needs payload format version 2.0");
        }
    }

    std::string bad;
    lambda.identity_sources = read_identity_sources(either(authorizer, "identitySource"), bad);
    if (!bad.empty()) {
        return closed(name, fmt::format("identity source '{}' cannot be parsed", bad));
    }
    if (lambda.kind == LambdaAuthorizer::Kind::token && lambda.identity_sources.empty()) {
        // The scheme itself names the header: {"type": "apiKey", "in": "header", "name": "..."}.
        const std::string header = data::text_of(scheme, "name");
        if (header.empty()) {
            return closed(name, "it has no valid identity source");
        }
        lambda.identity_sources.push_back({IdentitySource::Kind::header, header});
    }
    if (lambda.kind == LambdaAuthorizer::Kind::token) {
        if (const std::string wrong = read_validation(authorizer, lambda.validation);
            !wrong.empty()) {
            return closed(name, wrong);
        }
    }
    if (const std::string ttl = either_text(authorizer, "authorizerResultTtlInSeconds");
        !ttl.empty()) {
        const auto seconds = parse_ttl(ttl);
        if (!seconds) {
            return closed(
                name,
                fmt::format("its results are kept for 0 to 3600 whole seconds, not '{}'", ttl));
        }
        lambda.ttl = *seconds;
    } else if (!rest || api.websocket) {
        lambda.ttl = std::chrono::seconds(0); // 300 is the default of REST APIs
    }
    if (lambda.identity_sources.empty() && lambda.ttl.count() > 0) {
        return closed(name, "it has no valid identity source, which caching of its verdicts needs");
    }
    return {name, std::move(lambda)};
}

/// Where a token stands, when the authorizer says so; gives what is wrong with it.
std::string read_token_source(const data::Value& authorizer, IdentitySource& source) {
    std::string bad;
    const auto sources = read_identity_sources(either(authorizer, "identitySource"), bad);
    if (!bad.empty()) {
        return fmt::format("identity source '{}' cannot be parsed", bad);
    }
    if (!sources.empty()) {
        source = sources.front();
    }
    return {};
}

Authorizer read_jwt(const std::string& name, const data::Value& authorizer) {
    JwtAuthorizer jwt;
    const data::Value* configuration = either(authorizer, "jwtConfiguration");
    if (configuration == nullptr) {
        return closed(name, "it has no jwtConfiguration");
    }
    jwt.issuer = either_text(*configuration, "issuer");
    jwt.audience = data::texts_of(either(*configuration, "audience"));
    if (const std::string wrong = read_token_source(authorizer, jwt.identity_source);
        !wrong.empty()) {
        return closed(name, wrong);
    }
    if (jwt.issuer.empty()) {
        return closed(name, "its jwtConfiguration has no issuer");
    }
    return {name, std::move(jwt)};
}

/// "arn:aws:cognito-idp:<region>:<account>:userpool/<pool>" to the issuer of its tokens.
std::string issuer_of_pool(std::string_view arn) {
    const auto pieces = base::split(arn, ':');
    constexpr std::string_view prefix = "userpool/";
    if (pieces.size() != 6 || pieces[5].substr(0, prefix.size()) != prefix) {
        return {};
    }
    return fmt::format(
        "https://cognito-idp.{}.amazonaws.com/{}", pieces[3], pieces[5].substr(prefix.size()));
}

Authorizer
read_cognito(const std::string& name, const data::Value& scheme, const data::Value& authorizer) {
    CognitoAuthorizer cognito;
    for (const std::string& arn : data::texts_of(either(authorizer, "providerARNs"))) {
        std::string issuer = issuer_of_pool(arn);
        if (issuer.empty()) {
            return closed(name, fmt::format("'{}' is not the ARN of a user pool", arn));
        }
        cognito.issuers.push_back(std::move(issuer));
    }
    if (cognito.issuers.empty()) {
        return closed(name, "it names no user pool");
    }
    if (const std::string header = data::text_of(scheme, "name"); !header.empty()) {
        cognito.identity_source.name = header;
    }
    if (const std::string wrong = read_token_source(authorizer, cognito.identity_source);
        !wrong.empty()) {
        return closed(name, wrong);
    }
    if (const std::string wrong = read_validation(authorizer, cognito.validation); !wrong.empty()) {
        return closed(name, wrong);
    }
    return {name, std::move(cognito)};
}

} // namespace

Authorizer read_security_scheme(
    const std::string& name,
    const data::Value& scheme,
    const serving::Functions& functions,
    const Api& api) {
    const std::string auth_type =
        base::to_lower(data::text_of(scheme, "x-amazon-apigateway-authtype"));
    if (auth_type == "awssigv4") {
        return {name, IamAuthorizer{}};
    }
    const data::Value* authorizer = scheme.find("x-amazon-apigateway-authorizer");
    if (authorizer == nullptr || !authorizer->is_map()) {
        return closed(name, "it has no x-amazon-apigateway-authorizer");
    }
    const std::string type = base::to_lower(either_text(*authorizer, "type"));
    if (type == "request" || (type == "token" && api.kind == ApiKind::rest)) {
        return read_lambda(name, scheme, *authorizer, functions, api);
    }
    if (type == "jwt" && api.kind == ApiKind::http) {
        return read_jwt(name, *authorizer);
    }
    if (type == "cognito_user_pools" && api.kind == ApiKind::rest) {
        return read_cognito(name, scheme, *authorizer);
    }
    return closed(name, fmt::format("its type '{}' is not known for this kind of API", type));
}

} // namespace samara::gateway
