#include "gateway/access/token_check.h"

#include "base/strings.h"
#include "base/try.h"
#include "gateway/access/authorizer_context.h"
#include "gateway/access/identity.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

std::string bearer(std::string text) {
    constexpr std::string_view scheme = "Bearer ";
    if (net::equal_ignoring_case(std::string_view(text).substr(0, scheme.size()), scheme)) {
        text.erase(0, scheme.size());
    }
    return text;
}

/// Why a token's signature is not taken, empty when it is. Fails when the issuer's keys are not to
/// be had. For tokens whose issuer is the authorizer's: no other is ever asked.
base::Result<std::string> check_signature(const jose::Jwt& token, jose::IssuerKeys& keys) {
    TRY_ASSIGN(const auto found, keys.keys_for(token.text_claim("iss"), token.kid));
    return found->verify(token) ? "" : "the token's signature is not valid";
}

bool has_one_of(const std::vector<std::string>& wanted, const jose::Jwt& token) {
    const std::vector<std::string> offered = token.scopes();
    return wanted.empty() ||
           std::any_of(wanted.begin(), wanted.end(), [&](const std::string& scope) {
               return std::find(offered.begin(), offered.end(), scope) != offered.end();
           });
}

/// The challenge of RFC 6750; `problem` is empty when there is no token.
Rejection challenge(Refusal refusal, std::string_view problem, const Call& call, std::string why) {
    std::string text = "Bearer";
    if (!problem.empty()) {
        text = fmt::format(
            R"(Bearer scope="{}" error="{}" error_description="{}")",
            base::join(call.match.route->access.scopes, " "),
            problem,
            why);
    }
    Rejection rejection = reject(refusal, call, std::move(why));
    rejection.response.headers.push_back({"www-authenticate", std::move(text)});
    return rejection;
}

/// What is wrong with a user pool's token beside what is wrong with any.
std::string check_use(
    const jose::Jwt& token,
    const std::vector<std::string>& scopes,
    const model::Pattern* validation) {
    const std::string use = token.text_claim("token_use");
    if (!use.empty() && use != (scopes.empty() ? "id" : "access")) {
        return scopes.empty() ? "the token is no identity token" : "the token is no access token";
    }
    const std::vector<std::string> clients = token.audience();
    if (validation != nullptr &&
        std::none_of(clients.begin(), clients.end(), [&](const std::string& client) {
            return validation->matches(client);
        })) {
        return "the token's client does not match the validation";
    }
    return has_one_of(scopes, token) ? "" : "the token lacks a scope";
}

} // namespace

std::optional<Rejection>
check_token(Call& call, const JwtAuthorizer& authorizer, jose::IssuerKeys& keys) {
    const auto invalid = [&](std::string why) {
        return challenge(Refusal::unauthorized, "invalid_token", call, std::move(why));
    };
    const std::string text = bearer(identity_value(call, authorizer.identity_source));
    if (text.empty()) {
        return challenge(Refusal::unauthorized, "", call, "no token");
    }
    const auto token = jose::parse_jwt(text);
    if (!token) {
        return invalid(token.error().message);
    }
    if (auto wrong =
            jose::check_claims(*token, {authorizer.issuer}, authorizer.audience, call.time);
        !wrong.empty()) {
        return invalid(std::move(wrong));
    }
    auto wrong = check_signature(*token, keys);
    if (!wrong) {
        return closed(base::to_string(wrong.error()));
    }
    if (!wrong->empty()) {
        return invalid(std::move(*wrong));
    }
    if (!has_one_of(call.match.route->access.scopes, *token)) {
        return challenge(
            Refusal::access_denied, "insufficient_scope", call, "the token lacks a scope");
    }
    call.authorizer = jwt_context(call, *token);
    return std::nullopt;
}

std::optional<Rejection>
check_token(Call& call, const CognitoAuthorizer& authorizer, jose::IssuerKeys& keys) {
    const auto unauthorized = [&](std::string why, const RefusalDetail& detail = {}) {
        return reject(Refusal::unauthorized, call, std::move(why), detail);
    };
    const std::string text = bearer(identity_value(call, authorizer.identity_source));
    if (text.empty()) {
        return unauthorized("no token");
    }
    const auto token = jose::parse_jwt(text);
    if (!token) {
        return unauthorized(token.error().message);
    }
    const std::string claims = jose::check_claims(*token, authorizer.issuers, {}, call.time);
    if (claims == jose::token_has_expired) {
        return unauthorized(claims, {.message = "The incoming token has expired"});
    }
    if (!claims.empty()) {
        return unauthorized(claims);
    }
    auto wrong = check_signature(*token, keys);
    if (!wrong) {
        return closed(base::to_string(wrong.error()));
    }
    if (wrong->empty()) {
        *wrong = check_use(
            *token,
            call.match.route->access.scopes,
            authorizer.validation ? &*authorizer.validation : nullptr);
    }
    if (!wrong->empty()) {
        return unauthorized(std::move(*wrong));
    }
    call.authorizer = jwt_context(call, *token);
    return std::nullopt;
}

} // namespace samara::gateway
