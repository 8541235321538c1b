#pragma once

#include "aws_client/sigv4.h"
#include "gateway/access/lambda_verdict.h"
#include "gateway/access/rejection.h"
#include "gateway/route/call.h"
#include "jose/issuer_keys.h"
#include "serving/deadline.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Who may come in.
namespace samara::gateway {

/// What authorizers need beside the request. Shared by all requests and reloads.
struct AuthorizationOptions {
    bool disable_authorizer = false;        ///< let everyone in
    std::string region = "us-east-1";       ///< of the ARNs that policies are about
    std::shared_ptr<jose::IssuerKeys> keys; ///< nullptr: JWTs cannot be verified
    std::shared_ptr<const aws_client::IamCredentials>
        iam; ///< nullptr: signatures cannot be verified
};

/// Evaluates the authorizers of one route table; keeps the verdicts of Lambda authorizers for their
/// time to live.
class Authorization {
public:
    Authorization(AuthorizationOptions options, serving::DeadlineInvoker& invoker);

    /// Nothing when the request may pass; `call` has then got its authorizer context. A route whose
    /// authorizer cannot be evaluated is closed: 501 with the reason.
    std::optional<Rejection> check(Call& call);

    /// Why the authorizer cannot be evaluated in this run; empty when it can.
    [[nodiscard]] std::string closed_reason(const Authorizer& authorizer) const;

private:
    std::optional<Rejection> check_authorizer(Call& call);
    std::optional<Rejection> check_lambda(Call& call, const Authorizer& authorizer);
    std::optional<Rejection> check_iam(Call& call);
    [[nodiscard]] std::optional<Rejection> check_policy(const Call& call) const;
    std::optional<Rejection> check_api_key(Call& call, std::string_view given) const;
    tl::expected<std::shared_ptr<const LambdaVerdict>, Rejection>
    verdict_of(Call& call, const Authorizer& named);
    std::shared_ptr<const LambdaVerdict>
    ask(Call& call, const LambdaAuthorizer& authorizer, const std::vector<std::string>& identity);

    AuthorizationOptions options_;
    serving::DeadlineInvoker& invoker_;
    VerdictCache verdicts_;
};

} // namespace samara::gateway
