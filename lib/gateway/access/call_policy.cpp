#include "gateway/access/call_policy.h"

#include "aws/arn.h"
#include "base/percent.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

/// A WebSocket API has route keys instead of methods and paths.
std::string arn_of(const Call& call, std::string_view region, std::string_view path) {
    if (call.api.websocket) {
        return aws::local_arn(
            "execute-api",
            region,
            fmt::format("{}/{}/{}", call.api.id, call.api.stage, call.match.route->path));
    }
    return aws::local_arn(
        "execute-api",
        region,
        fmt::format("{}/{}/{}{}", call.api.id, call.api.stage, call.request.method, path));
}

/// The path as the router reads it.
std::string routed_path(const Call& call) {
    const std::string_view route = call.match.route->path;
    std::string path = base::percent_decode(call.request.path());
    const bool takes_all = route.ends_with("+}") || route == "$default";
    if (path.size() > 1 && path.back() == '/' && !takes_all) {
        path.pop_back();
    }
    return path;
}

} // namespace

std::string method_arn(const Call& call, std::string_view region) {
    return arn_of(call, region, call.request.path());
}

base::Result<Verdict> evaluate_policy_for(
    const Call& call,
    const data::Value& document,
    std::string_view region,
    std::optional<std::string_view> account) {
    const ConditionKeys keys = condition_keys(
        call.request.remote_address,
        std::string(call.header("user-agent")),
        std::string(call.header("referer")),
        call.tls,
        call.time);
    const auto ask = [&](std::string_view path) {
        const std::string arn = arn_of(call, region, path);
        return evaluate_policy(document, {"execute-api:Invoke", arn, &keys, account});
    };
    auto as_sent = ask(call.request.path());
    const std::string routed = routed_path(call);
    if (!as_sent || *as_sent == Verdict::denied_explicitly || routed == call.request.path()) {
        return as_sent;
    }
    auto as_routed = ask(routed);
    return as_routed && *as_routed == Verdict::allowed ? as_sent : as_routed;
}

} // namespace samara::gateway
