#include "gateway/access/authorization.h"

#include "aws/account.h"
#include "aws/api_gateway_limits.h"
#include "base/strings.h"
#include "data/write.h"
#include "gateway/access/authorizer_context.h"
#include "gateway/access/call_policy.h"
#include "gateway/access/identity.h"
#include "gateway/access/token_check.h"
#include "gateway/message/event.h"

#include <fmt/format.h>

namespace samara::gateway {

namespace {

/// API Gateway shows but the last four digits of the account.
std::string masked_account(const std::string& arn) {
    constexpr std::size_t shown = 4;
    return base::replace_all(
        arn,
        aws::local_account,
        std::string(aws::local_account.size() - shown, '*') +
            std::string(aws::local_account.substr(aws::local_account.size() - shown)));
}

using Clock = std::chrono::steady_clock;

std::chrono::microseconds since(Clock::time_point begin) {
    return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
}

AccessPhase phase_of(const std::optional<Rejection>& rejection, std::chrono::microseconds latency) {
    return rejection ? AccessPhase{rejection->status, rejection->reason, latency}
                     : AccessPhase{200, {}, latency};
}

/// What policies forbid, as the execution log of API Gateway has it.
constexpr std::string_view not_allowed = "The client is not authorized to perform this operation.";

/// With the time that the function took, which is none where the verdict was kept.
std::string context_for(const Call& call, const LambdaVerdict& verdict) {
    if (gets_event_v2(call)) {
        return verdict.context_v2;
    }
    std::string context = verdict.context;
    if (call.api.kind == ApiKind::rest) {
        const auto took =
            std::chrono::duration_cast<std::chrono::milliseconds>(call.phases.call.latency);
        context.insert(
            context.size() - 1, fmt::format(R"(,"integrationLatency":{})", took.count()));
    }
    return context;
}

} // namespace

Authorization::Authorization(AuthorizationOptions options, serving::DeadlineInvoker& invoker)
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
    const auto begin = Clock::now();
    if (auto rejected = check_policy(call)) {
        call.phases.authorize = {rejected->status, std::string(not_allowed), since(begin)};
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
    const auto begin = Clock::now();
    if (std::holds_alternative<IamAuthorizer>(authorizer.method)) {
        auto rejected = check_iam(call);
        call.phases.authenticate = phase_of(rejected, since(begin));
        if (!rejected) {
            call.phases.authorize.status = 200;
        }
        return rejected;
    }
    if (std::holds_alternative<LambdaAuthorizer>(authorizer.method)) {
        return check_lambda(call, authorizer);
    }
    const auto* jwt = std::get_if<JwtAuthorizer>(&authorizer.method);
    auto rejected =
        jwt != nullptr
            ? check_token(call, *jwt, *options_.keys)
            : check_token(call, std::get<CognitoAuthorizer>(authorizer.method), *options_.keys);
    call.phases.authorizer = phase_of(rejected, since(begin));
    return rejected;
}

std::optional<Rejection> Authorization::check_lambda(Call& call, const Authorizer& named) {
    const auto begin = Clock::now();
    const auto verdict = verdict_of(call, named);
    if (!verdict) {
        call.phases.authorizer = phase_of(verdict.error(), since(begin));
        return verdict.error();
    }
    call.phases.authorizer = phase_of({}, since(begin));
    call.phases.principal = (*verdict)->principal;
    const auto known = Clock::now();
    // Gateway responses tell of it too.
    call.authorizer = context_for(call, **verdict);
    call.usage_key = (*verdict)->usage_key;
    bool allowed = (*verdict)->simple.value_or(false);
    if (!(*verdict)->simple) {
        const auto answer = evaluate_policy_for(call, (*verdict)->policy, options_.region);
        if (!answer) {
            auto rejected =
                reject(Refusal::authorizer_configuration_error, call, answer.error().message);
            call.phases.authorize = phase_of(rejected, since(known));
            return rejected;
        }
        allowed = *answer == Verdict::allowed;
    }
    if (!allowed) {
        auto rejected = reject(Refusal::access_denied, call, "the authorizer denied");
        call.phases.authorize = {rejected.status, std::string(not_allowed), since(known)};
        return rejected;
    }
    call.phases.authorize = phase_of({}, since(known));
    return std::nullopt;
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
        call, call.api.policy, options_.region, iam ? aws::local_account : std::string_view());
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
    for (const ApiKey& key : call.api.api_keys) {
        if (!given.empty() && jose::equal_in_constant_time(given, key.value)) {
            call.api_key = key.value;
            call.api_key_id = key.id;
            call.plan = key.plan.get();
            return std::nullopt;
        }
    }
    return reject(Refusal::invalid_api_key, call, "no valid API key");
}

std::optional<Rejection> Authorization::check_iam(Call& call) {
    const aws_client::VerifiedSignature signature = aws_client::verify_sigv4(
        call.request,
        *options_.iam,
        options_.region,
        call.time,
        call.api.function_url ? "lambda" : "execute-api");
    switch (signature.verdict) {
    case aws_client::SignatureVerdict::valid:
        break;
    case aws_client::SignatureVerdict::missing:
        return call.api.kind == ApiKind::rest
                   ? reject(Refusal::missing_authentication_token, call, "no signature")
                   : reject(Refusal::access_denied, call, "no signature");
    case aws_client::SignatureVerdict::unknown_key:
        return reject(Refusal::invalid_security_token, call, "unknown access key");
    case aws_client::SignatureVerdict::mismatch:
        return reject(
            Refusal::invalid_signature,
            call,
            signature.message.empty() ? "the signature does not match" : signature.message,
            {.message = signature.message, .validation_error = {}});
    case aws_client::SignatureVerdict::expired:
        return reject(
            Refusal::signature_expired,
            call,
            signature.message,
            {.message = signature.message, .validation_error = {}});
    }
    set_iam_context(call, signature.access_key, signature.user, options_.region);
    return std::nullopt;
}

std::shared_ptr<const LambdaVerdict> Authorization::ask(
    Call& call, const LambdaAuthorizer& authorizer, const std::vector<std::string>& identity) {
    invoke::Request request;
    request.function = authorizer.function;
    request.payload =
        authorizer_event(call, authorizer, identity, method_arn(call, options_.region));
    request.trace_id = call.trace_id;
    serving::trace_call(call.traces, request);
    const auto begin = Clock::now();
    const auto result =
        invoker_
            .call(
                std::move(request),
                call.api.kind == ApiKind::http ? aws::api_gateway::http_authorizer_timeout
                                               : aws::api_gateway::rest_authorizer_timeout,
                authorizer.function_timeout)
            .now();
    call.phases.call.latency = since(begin);
    LambdaVerdict verdict;
    if (!result || !*result) {
        verdict.refusal = Refusal::authorizer_failure;
        verdict.reason = result ? base::to_string(result->error())
                                : "the authorizer function has not answered in time";
    } else {
        call.phases.call.status = (*result)->status;
        call.phases.call_id = (*result)->request_id;
        verdict = read_verdict(**result, authorizer, call.api.kind);
    }
    return std::make_shared<const LambdaVerdict>(std::move(verdict));
}

/// The function's, or the one that it has given before; else why there is none.
tl::expected<std::shared_ptr<const LambdaVerdict>, Rejection>
Authorization::verdict_of(Call& call, const Authorizer& named) {
    const auto& authorizer = std::get<LambdaAuthorizer>(named.method);
    std::vector<std::string> identity;
    std::string cache_key = call.api.id + '\n' + named.name;
    for (const IdentitySource& source : authorizer.identity_sources) {
        identity.push_back(identity_value(call, source));
        if (identity.back().empty()) {
            return tl::unexpected(reject(Refusal::unauthorized, call, "no identity"));
        }
        // With its length: values can hold any separator.
        cache_key.append(fmt::format("\n{}:", identity.back().size())).append(identity.back());
    }
    if (authorizer.validation && !authorizer.validation->matches(identity.front())) {
        return tl::unexpected(
            reject(Refusal::unauthorized, call, "the token does not match the validation"));
    }
    std::shared_ptr<const LambdaVerdict> verdict = verdicts_.find(cache_key);
    if (!verdict) {
        verdict = ask(call, authorizer, identity);
        if (!verdict->refusal && authorizer.ttl.count() > 0) {
            verdicts_.keep(std::move(cache_key), verdict, authorizer.ttl);
        }
    }
    if (verdict->refusal) {
        return tl::unexpected(reject(*verdict->refusal, call, verdict->reason));
    }
    return verdict;
}

} // namespace samara::gateway
