#pragma once

#include "base/error.h"
#include "data/value.h"
#include "gateway/access/policy_condition.h"

#include <optional>
#include <string_view>

namespace samara::gateway {

enum class Verdict : std::uint8_t {
    allowed,
    denied_explicitly, ///< a Deny statement applies
    denied             ///< nothing allows it
};

/// What is asked of a policy.
struct PolicyQuestion {
    std::string_view action;             ///< "execute-api:Invoke"
    std::string_view resource;           ///< an ARN
    const ConditionKeys* keys = nullptr; ///< of the request; nullptr: no condition is evaluated
    /// For a policy of a resource, which names principals: the caller's account, "" for everybody.
    std::optional<std::string_view> account = std::nullopt;
};

/// Evaluates an IAM policy document: Deny before Allow, else refused.
/// docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
/// A Deny whose condition or principal cannot be evaluated applies, such an Allow does not. Fails
/// when the document is no policy.
base::Result<Verdict> evaluate_policy(const data::Value& document, const PolicyQuestion& question);

/// Whether `text` is matched by a pattern with '*' (any characters) and '?' (one). Linear for one
/// star, quadratic at worst.
bool wildcard_match(std::string_view pattern, std::string_view text);

} // namespace samara::gateway
