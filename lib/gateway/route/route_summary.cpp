#include "gateway/route/route_summary.h"

#include "base/strings.h"

#include <fmt/format.h>

namespace samara::gateway {

namespace {

template <class... Functions>
struct Overload : Functions... {
    using Functions::operator()...;
};
template <class... Functions>
Overload(Functions...) -> Overload<Functions...>;

std::string kind_of(const Api& api) {
    return api.function_url            ? "Function URL"
           : api.websocket             ? "WebSocket API"
           : api.kind == ApiKind::rest ? "REST API"
                                       : "HTTP API";
}

void add_target(const Integration& integration, RouteSummary& summary) {
    std::visit(
        Overload{
            [&](const LambdaIntegration& lambda) {
                summary.function = lambda.function;
                summary.target = lambda.streams ? "function, streamed" : "function";
            },
            [&](const MappedLambdaIntegration& mapped) {
                summary.function = mapped.lambda.function;
                summary.target = "function behind mapping templates";
            },
            [&](const MockIntegration&) { summary.target = "a fixed answer"; },
            [&](const HttpIntegration& http) { summary.target = http.url; },
            [&](const UnsupportedIntegration& unsupported) {
                summary.target = "not served";
                summary.closed = unsupported.reason;
            }},
        integration);
}

std::string words_of(const Authorizer& authorizer) {
    return std::visit(
        Overload{
            [](const LambdaAuthorizer& lambda) {
                return fmt::format("function {}", lambda.function);
            },
            [](const JwtAuthorizer& jwt) { return fmt::format("tokens of {}", jwt.issuer); },
            [](const CognitoAuthorizer&) { return std::string("tokens of a user pool"); },
            [](const IamAuthorizer&) { return std::string("AWS_IAM signatures"); },
            [](const UnsupportedAuthorizer&) { return std::string("cannot be evaluated"); }},
        authorizer.method);
}

std::string protection_of(const Api& api, const Route& route) {
    std::vector<std::string> words;
    const Access& access = route.access;
    if (const auto found = api.authorizers.find(access.authorizer);
        found != api.authorizers.end()) {
        words.push_back(fmt::format("{}: {}", found->first, words_of(found->second)));
    } else if (!access.authorizer.empty()) {
        words.push_back(access.authorizer);
    }
    if (!access.scopes.empty()) {
        words.push_back(fmt::format("scope {}", base::join(access.scopes, " or ")));
    }
    if (access.api_key) {
        words.emplace_back("API key");
    }
    if (!api.policy.is_null()) {
        words.emplace_back("resource policy");
    }
    return base::join(words, ", ");
}

RouteSummary summarize(const Api& api, const Route& route) {
    RouteSummary summary;
    summary.api = api.id;
    summary.kind = kind_of(api);
    summary.method = api.websocket ? std::string() : route.method;
    summary.path = route.path;
    add_target(route.integration, summary);
    return summary;
}

} // namespace

std::vector<RouteSummary>
summarize(const std::vector<Api>& apis, const RouteTable::ClosedReason& closed_reason, bool open) {
    std::vector<RouteSummary> summaries;
    for (const Api& api : apis) {
        for (const Route& route : api.routes) {
            summaries.push_back(summarize(api, route));
            if (open) {
                continue;
            }
            RouteSummary& summary = summaries.back();
            summary.protection = protection_of(api, route);
            const auto authorizer = api.authorizers.find(route.access.authorizer);
            if (summary.closed.empty() && authorizer != api.authorizers.end()) {
                summary.closed = closed_reason(authorizer->second);
            }
        }
    }
    return summaries;
}

} // namespace samara::gateway
