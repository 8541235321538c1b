#pragma once

#include "base/error.h"
#include "data/value.h"

#include <string_view>

namespace samara::gateway {

enum class Verdict : std::uint8_t {
    allowed,
    denied_explicitly, ///< a Deny statement applies
    denied             ///< nothing allows it
};

/// What is asked of a policy.
struct PolicyQuestion {
    std::string_view action;   ///< "execute-api:Invoke"
    std::string_view resource; ///< an ARN
};

/// Evaluates an IAM policy document: Deny before Allow, else refused.
/// docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
/// Conditions are not evaluated: a Deny with one applies, an Allow with one does not. Fails when
/// the document is no policy.
base::Result<Verdict> evaluate_policy(const data::Value& document, const PolicyQuestion& question);

/// Whether `text` is matched by a pattern with '*' (any characters) and '?' (one). Linear for one
/// star, quadratic at worst.
bool wildcard_match(std::string_view pattern, std::string_view text);

} // namespace samara::gateway
