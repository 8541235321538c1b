#include "gateway/authorization.h"

#include "base/strings.h"
#include "data/write.h"
#include "gateway/authorizer_context.h"
#include "gateway/call_policy.h"
#include "gateway/event.h"
#include "gateway/percent.h"
#include "gateway/response.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

constexpr std::chrono::milliseconds authorizer_timeout{30'000};
constexpr std::size_t max_kept = 1000;

Rejection reject(Refusal refusal, const Call& call, std::string reason) {
    return {refuse(refusal, call), std::move(reason)};
}

Rejection closed(const std::string& reason) {
    return {message_response(501, reason), reason};
}

std::string context_value(const Call& call, std::string_view name) {
    if (name == "httpMethod") {
        return call.request.method;
    }
    if (name == "path") {
        return std::string(call.request.path());
    }
    if (name == "routeKey") {
        return route_key(*call.match.route);
    }
    if (name == "resourcePath") {
        return call.match.route->path;
    }
    if (name == "stage") {
        return call.api.stage;
    }
    if (name == "identity.sourceIp") {
        return call.request.remote_address;
    }
    return name == "requestId" ? call.request_id : std::string();
}

/// All of a header's values, as the function gets to see them: what is checked and what is used
/// must not be two of them.
std::string joined_header(const Call& call, std::string_view name) {
    std::string joined;
    for (const net::HttpHeader& header : call.request.headers) {
        if (net::equal_ignoring_case(header.name, name)) {
            joined.append(joined.empty() ? "" : ",").append(header.value);
        }
    }
    return joined;
}

std::string bearer(std::string text) {
    constexpr std::string_view scheme = "Bearer ";
    if (net::equal_ignoring_case(std::string_view(text).substr(0, scheme.size()), scheme)) {
        text.erase(0, scheme.size());
    }
    return text;
}

} // namespace

std::string identity_value(const Call& call, const IdentitySource& source) {
    switch (source.kind) {
    case IdentitySource::Kind::header:
        return joined_header(call, source.name);
    case IdentitySource::Kind::query:
        for (auto& [name, value] : parse_query(call.request.query())) {
            if (name == source.name) {
                return std::move(value);
            }
        }
        return {};
    case IdentitySource::Kind::stage_variable:
        for (const auto& [name, value] : call.api.stage_variables) {
            if (name == source.name) {
                return value;
            }
        }
        return {};
    case IdentitySource::Kind::context:
        return context_value(call, source.name);
    }
    return {};
}

namespace {

/// API Gateway shows but the last four digits of the account.
std::string masked_account(const std::string& arn) {
    constexpr std::size_t shown = 4;
    return base::replace_all(
        arn,
        account_id,
        std::string(account_id.size() - shown, '*') +
            std::string(account_id.substr(account_id.size() - shown)));
}

} // namespace

Authorization::Authorization(AuthorizationOptions options, DeadlineInvoker& invoker)
    : options_(std::move(options)), invoker_(invoker) {}

std::string Authorization::closed_reason(const Authorizer& authorizer) const {
    if (const auto* unsupported = std::get_if<UnsupportedAuthorizer>(&authorizer.method)) {
        return unsupported->reason;
    }
    const bool jwt = std::holds_alternative<JwtAuthorizer>(authorizer.method) ||
                     std::holds_alternative<CognitoAuthorizer>(authorizer.method);
    if (jwt && (!options_.keys || !options_.keys->available())) {
        return fmt::format(
            "authorizer '{}': the issuer's keys are not known; give them with --jwks or use "
            "--local-issuer",
            authorizer.name);
    }
    if (std::holds_alternative<IamAuthorizer>(authorizer.method) && !options_.iam) {
        return fmt::format(
            "authorizer '{}': no credentials to verify signatures with; give --iam-credentials",
            authorizer.name);
    }
    return {};
}

std::optional<Rejection> Authorization::check(Call& call) {
    if (options_.disable_authorizer) {
        return std::nullopt;
    }
    if (auto rejected = check_policy(call)) {
        return rejected;
    }
    const Access& access = call.match.route->access;
    if (access.api_key && !call.api.key_from_authorizer) {
        if (auto rejected = check_api_key(call, call.header("x-api-key"))) {
            return rejected;
        }
    }
    if (auto rejected = check_authorizer(call)) {
        return rejected;
    }
    if (access.api_key && call.api.key_from_authorizer) {
        return check_api_key(call, call.usage_key);
    }
    return std::nullopt;
}

std::optional<Rejection> Authorization::check_authorizer(Call& call) {
    const Access& access = call.match.route->access;
    if (access.authorizer.empty()) {
        return std::nullopt;
    }
    const auto found = call.api.authorizers.find(access.authorizer);
    if (found == call.api.authorizers.end()) {
        return closed(fmt::format("authorizer '{}' is not defined", access.authorizer));
    }
    const Authorizer& authorizer = found->second;
    if (const std::string reason = closed_reason(authorizer); !reason.empty()) {
        return closed(reason);
    }
    if (const auto* jwt = std::get_if<JwtAuthorizer>(&authorizer.method)) {
        return check_jwt(
            call, identity_value(call, jwt->identity_source), {jwt->issuer}, jwt->audience);
    }
    if (const auto* cognito = std::get_if<CognitoAuthorizer>(&authorizer.method)) {
        return check_jwt(
            call, identity_value(call, cognito->identity_source), cognito->issuers, {});
    }
    if (std::holds_alternative<IamAuthorizer>(authorizer.method)) {
        return check_iam(call);
    }
    return check_lambda(call, authorizer);
}

/// The API's resource policy, which comes before its authorizers. Beside one that gives a policy of
/// its own (IAM, Lambda) only a Deny counts; without one, or with a user pool, the policy has to
/// allow the call.
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
std::optional<Rejection> Authorization::check_policy(const Call& call) const {
    if (call.api.policy.is_null()) {
        return std::nullopt;
    }
    const auto found = call.api.authorizers.find(call.match.route->access.authorizer);
    const bool iam = found != call.api.authorizers.end() &&
                     std::holds_alternative<IamAuthorizer>(found->second.method);
    const bool has_own_policy =
        iam || (found != call.api.authorizers.end() &&
                std::holds_alternative<LambdaAuthorizer>(found->second.method));
    const auto verdict = evaluate_policy_for(
        call, call.api.policy, options_.region, iam ? account_id : std::string_view());
    if (!verdict) {
        return closed(fmt::format("the API's resource policy: {}", verdict.error().message));
    }
    if (*verdict == Verdict::allowed || (*verdict == Verdict::denied && has_own_policy)) {
        return std::nullopt;
    }
    Rejection rejection = reject(Refusal::access_denied, call, "the API's resource policy");
    if (call.api.gateway_responses.empty()) {
        rejection.response.body = data::write_json(data::Map{
            {"Message",
             fmt::format(
                 "User: anonymous is not authorized to perform: execute-api:Invoke on resource: "
                 "{}{}",
                 masked_account(method_arn(call, options_.region)),
                 *verdict == Verdict::denied_explicitly ? " with an explicit deny" : "")}});
    }
    return rejection;
}

std::optional<Rejection> Authorization::check_api_key(Call& call, std::string_view given) const {
    for (const auto& [id, value] : call.api.api_keys) {
        if (!given.empty() && equal_in_constant_time(given, value)) {
            call.api_key = value;
            call.api_key_id = id;
            return std::nullopt;
        }
    }
    return reject(Refusal::invalid_api_key, call, "no valid API key");
}

std::optional<Rejection> Authorization::check_jwt(
    Call& call,
    const std::string& token_text,
    const std::vector<std::string>& issuers,
    const std::vector<std::string>& audience) {
    const std::vector<std::string>& wanted = call.match.route->access.scopes;
    // The challenge of RFC 6750, which HTTP APIs send; `problem` is empty when there is no token.
    const auto challenge = [&](Refusal refusal, std::string_view problem, std::string reason) {
        Rejection rejection = reject(refusal, call, std::move(reason));
        if (call.api.kind == ApiKind::http) {
            rejection.response.headers.push_back(
                {"www-authenticate",
                 problem.empty() ? "Bearer"
                                 : fmt::format(
                                       R"(Bearer scope="{}" error="{}" error_description="{}")",
                                       base::join(wanted, " "),
                                       problem,
                                       rejection.reason)});
        }
        return rejection;
    };
    const auto unauthorized = [&](std::string reason) {
        return challenge(Refusal::unauthorized, "invalid_token", std::move(reason));
    };
    const std::string text = bearer(token_text);
    if (text.empty()) {
        return challenge(Refusal::unauthorized, "", "no token");
    }
    const auto token = parse_jwt(text);
    if (!token) {
        return unauthorized(token.error().message);
    }
    // Claims first: an issuer that is not the authorizer's is never asked for keys.
    if (std::string reason = check_claims(*token, issuers, audience, call.time); !reason.empty()) {
        return unauthorized(std::move(reason));
    }
    const auto keys = options_.keys->keys_for(token->text_claim("iss"), token->kid);
    if (!keys) {
        return closed(base::to_string(keys.error()));
    }
    if (!verify_signature(*token, **keys)) {
        return unauthorized("the token's signature is not valid");
    }
    // A user pool's identity tokens are for methods without scopes, its access tokens for those
    // with some
    // (docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html).
    const std::string use = token->text_claim("token_use");
    if (call.api.kind == ApiKind::rest && !use.empty() &&
        use != (wanted.empty() ? "id" : "access")) {
        return unauthorized(
            wanted.empty() ? "the token is no identity token" : "the token is no access token");
    }
    const std::vector<std::string> offered = token->scopes();
    const bool has_scope =
        wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const std::string& scope) {
            return std::find(offered.begin(), offered.end(), scope) != offered.end();
        });
    if (!has_scope) {
        return call.api.kind == ApiKind::http
                   ? challenge(
                         Refusal::access_denied, "insufficient_scope", "the token lacks a scope")
                   : unauthorized("the token lacks a scope");
    }
    call.authorizer = jwt_context(call, *token);
    return std::nullopt;
}

std::optional<Rejection> Authorization::check_iam(Call& call) {
    const VerifiedSignature signature = verify_sigv4(call.request, *options_.iam, call.time);
    switch (signature.verdict) {
    case SignatureVerdict::valid:
        break;
    case SignatureVerdict::missing:
        return call.api.kind == ApiKind::rest
                   ? reject(Refusal::missing_authentication_token, call, "no signature")
                   : reject(Refusal::access_denied, call, "no signature");
    case SignatureVerdict::unknown_key:
        return reject(Refusal::invalid_security_token, call, "unknown access key");
    case SignatureVerdict::mismatch:
        return reject(Refusal::invalid_signature, call, "the signature does not match");
    case SignatureVerdict::expired:
        return reject(Refusal::signature_expired, call, "the signature has expired");
    }
    set_iam_context(call, signature.access_key, signature.user);
    return std::nullopt;
}

std::shared_ptr<const LambdaVerdict> Authorization::ask(
    const Call& call,
    const LambdaAuthorizer& authorizer,
    const std::vector<std::string>& identity) {
    invoke::Request request;
    request.function = authorizer.function;
    request.payload =
        authorizer_event(call, authorizer, identity, method_arn(call, options_.region));
    request.trace_id = call.trace_id;
    const auto result =
        invoker_.call(std::move(request), authorizer_timeout, authorizer.function_timeout);
    LambdaVerdict verdict;
    if (!result || !*result) {
        verdict.refusal = Refusal::authorizer_failure;
        verdict.reason = result ? base::to_string(result->error())
                                : "the authorizer function has not answered in time";
    } else {
        verdict = read_verdict(**result, authorizer, call.api.kind);
    }
    return std::make_shared<const LambdaVerdict>(std::move(verdict));
}

std::optional<Rejection> Authorization::check_lambda(Call& call, const Authorizer& named) {
    const auto& authorizer = std::get<LambdaAuthorizer>(named.method);
    std::vector<std::string> identity;
    std::string cache_key = call.api.id + '\n' + named.name;
    for (const IdentitySource& source : authorizer.identity_sources) {
        identity.push_back(identity_value(call, source));
        if (identity.back().empty()) {
            return reject(Refusal::unauthorized, call, "no identity");
        }
        // With its length: values can hold any separator.
        cache_key.append(fmt::format("\n{}:", identity.back().size())).append(identity.back());
    }
    if (authorizer.validation && !authorizer.validation->matches(identity.front())) {
        return reject(Refusal::unauthorized, call, "the token does not match the validation");
    }
    std::shared_ptr<const LambdaVerdict> verdict = kept(cache_key);
    if (!verdict) {
        verdict = ask(call, authorizer, identity);
        if (!verdict->refusal && authorizer.ttl.count() > 0) {
            keep(std::move(cache_key), verdict, authorizer.ttl);
        }
    }
    if (verdict->refusal) {
        return reject(*verdict->refusal, call, verdict->reason);
    }
    // Gateway responses tell of it too.
    call.authorizer = gets_event_v2(call) ? verdict->context_v2 : verdict->context;
    call.usage_key = verdict->usage_key;
    bool allowed = verdict->simple.value_or(false);
    if (!verdict->simple) {
        const auto answer = evaluate_policy_for(call, verdict->policy, options_.region);
        if (!answer) {
            return reject(Refusal::authorizer_configuration_error, call, answer.error().message);
        }
        allowed = *answer == Verdict::allowed;
    }
    if (!allowed) {
        return reject(Refusal::access_denied, call, "the authorizer denied");
    }
    return std::nullopt;
}

std::shared_ptr<const LambdaVerdict> Authorization::kept(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    const auto found = kept_.find(key);
    if (found == kept_.end() || found->second.until <= std::chrono::steady_clock::now()) {
        return nullptr;
    }
    return found->second.verdict;
}

void Authorization::keep(
    std::string key, std::shared_ptr<const LambdaVerdict> verdict, std::chrono::seconds ttl) {
    const auto now = std::chrono::steady_clock::now();
    const std::scoped_lock lock(mutex_);
    if (kept_.size() >= max_kept) {
        std::erase_if(kept_, [&](const auto& entry) { return entry.second.until <= now; });
    }
    if (kept_.size() >= max_kept) {
        kept_.clear(); // callers that invent identities must not fill the memory
    }
    kept_.insert_or_assign(std::move(key), Kept{std::move(verdict), now + ttl});
}

} // namespace samara::gateway
