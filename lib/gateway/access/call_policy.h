#pragma once

#include "gateway/access/policy.h"
#include "gateway/route/call.h"

#include <optional>
#include <string>
#include <string_view>

/// What policies say about a call. Private to gateway/.
namespace samara::gateway {

/// "arn:aws:execute-api:<region>:123456789012:<api>/<stage>/GET/path", with the path as it was
/// sent.
std::string method_arn(const Call& call, std::string_view region);

/// Evaluates a policy document for invoking what the call asks for; `account` as PolicyQuestion's.
/// A path that routes read in another way than it is written ("/%61dmin", "/admin/") is asked about
/// in both forms, and has to be allowed in both: no Deny can be spelt around.
base::Result<Verdict> evaluate_policy_for(
    const Call& call,
    const data::Value& document,
    std::string_view region,
    std::optional<std::string_view> account = std::nullopt);

} // namespace samara::gateway
