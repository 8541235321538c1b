#pragma once

#include "data/value.h"
#include "gateway/message/gateway_response.h"
#include "gateway/route/model.h"
#include "invoke/invoker.h"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

/// What Lambda authorizers say. Private to gateway/.
namespace samara::gateway {

/// What a Lambda authorizer said, ready to be asked again.
struct LambdaVerdict {
    std::optional<Refusal> refusal; ///< it did not answer what it should, or "Unauthorized"
    std::string reason;             ///< of the refusal
    std::optional<bool> simple;     ///< isAuthorized
    data::Value policy;             ///< else a policy document
    std::string principal;          ///< principalId
    std::string context;            ///< JSON for requestContext.authorizer of events 1.0
    std::string context_v2;         ///< and of events 2.0
    std::string usage_key;          ///< usageIdentifierKey
    std::size_t bytes = 0;          ///< of the result it was read from
};

/// Reads the result of a Lambda authorizer function.
LambdaVerdict
read_verdict(const invoke::Response& result, const LambdaAuthorizer& authorizer, ApiKind kind);

/// Keeps verdicts for their time to live. Thread-safe. Callers that invent identities cannot fill
/// the memory: the cache is emptied when it has grown too large.
class VerdictCache {
public:
    /// nullptr when there is none, or none any more.
    [[nodiscard]] std::shared_ptr<const LambdaVerdict> find(const std::string& key) const;

    void
    keep(std::string key, std::shared_ptr<const LambdaVerdict> verdict, std::chrono::seconds ttl);

private:
    struct Kept {
        std::shared_ptr<const LambdaVerdict> verdict;
        std::chrono::steady_clock::time_point until;
    };

    mutable std::mutex mutex_;
    std::map<std::string, Kept, std::less<>> kept_;
    std::size_t bytes_ = 0;
};

} // namespace samara::gateway
