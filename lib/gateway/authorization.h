#pragma once

#include "gateway/call.h"
#include "gateway/deadline.h"
#include "gateway/gateway_response.h"
#include "gateway/key_source.h"
#include "gateway/policy.h"
#include "gateway/sigv4.h"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

/// Who may come in.
namespace samara::gateway {

/// What authorizers need beside the request. Shared by all requests and reloads.
struct AuthorizationOptions {
    bool disable_authorizer = false;           ///< let everyone in
    std::string region = "us-east-1";          ///< of the ARNs that policies are about
    std::shared_ptr<KeySource> keys;           ///< nullptr: JWTs cannot be verified
    std::shared_ptr<const IamCredentials> iam; ///< nullptr: signatures cannot be verified
};

/// Why a request does not get in.
struct Rejection {
    net::HttpResponse response;
    std::string reason; ///< for the log
};

/// What a Lambda authorizer said, ready to be asked again.
struct LambdaVerdict {
    std::optional<Refusal> refusal; ///< it did not answer what it should, or "Unauthorized"
    std::string reason;             ///< of the refusal
    std::optional<bool> simple;     ///< isAuthorized
    data::Value policy;             ///< else a policy document
    std::string context;            ///< JSON for requestContext.authorizer of events 1.0
    std::string context_v2;         ///< and of events 2.0
    std::string usage_key;          ///< usageIdentifierKey
};

/// Evaluates the authorizers of one route table; keeps the verdicts of Lambda authorizers for their
/// time to live.
class Authorization {
public:
    Authorization(AuthorizationOptions options, DeadlineInvoker& invoker);

    /// Nothing when the request may pass; `call` has then got its authorizer context. A route whose
    /// authorizer cannot be evaluated is closed: 501 with the reason.
    std::optional<Rejection> check(Call& call);

    /// Why the authorizer cannot be evaluated in this run; empty when it can.
    [[nodiscard]] std::string closed_reason(const Authorizer& authorizer) const;

private:
    std::optional<Rejection> check_authorizer(Call& call);
    std::optional<Rejection> check_lambda(Call& call, const Authorizer& authorizer);
    std::optional<Rejection> check_jwt(
        Call& call,
        const std::string& token,
        const std::vector<std::string>& issuers,
        const std::vector<std::string>& audience);
    std::optional<Rejection> check_iam(Call& call);
    [[nodiscard]] std::optional<Rejection> check_policy(const Call& call) const;
    std::optional<Rejection> check_api_key(Call& call, std::string_view given) const;
    std::shared_ptr<const LambdaVerdict> kept(const std::string& key);
    void
    keep(std::string key, std::shared_ptr<const LambdaVerdict> verdict, std::chrono::seconds ttl);
    std::shared_ptr<const LambdaVerdict>
    ask(const Call& call,
        const LambdaAuthorizer& authorizer,
        const std::vector<std::string>& identity);

    struct Kept {
        std::shared_ptr<const LambdaVerdict> verdict;
        std::chrono::steady_clock::time_point until;
    };

    AuthorizationOptions options_;
    DeadlineInvoker& invoker_;
    std::mutex mutex_;
    std::map<std::string, Kept, std::less<>> kept_;
};

/// The value of an identity source, empty when the request has none.
std::string identity_value(const Call& call, const IdentitySource& source);

/// Reads the result of a Lambda authorizer function.
LambdaVerdict
read_verdict(const invoke::Response& result, const LambdaAuthorizer& authorizer, ApiKind kind);

} // namespace samara::gateway
