#include "data/read.h"
#include "gateway/route/route_summary.h"

#include <gtest/gtest.h>

namespace samara::gateway {
namespace {

Api api() {
    Api one;
    one.id = "Api";
    one.kind = ApiKind::rest;
    LambdaAuthorizer lambda;
    lambda.function = "Auth";
    JwtAuthorizer jwt;
    jwt.issuer = "https://issuer";
    one.authorizers["Fn"] = {"Fn", lambda};
    one.authorizers["Jwt"] = {"Jwt", jwt};
    one.authorizers["Pool"] = {"Pool", CognitoAuthorizer{}};
    one.authorizers["Iam"] = {"Iam", IamAuthorizer{}};
    one.authorizers["Odd"] = {"Odd", UnsupportedAuthorizer{"an intrinsic function"}};
    LambdaIntegration orders;
    orders.function = "Orders";
    HttpIntegration http;
    http.url = "http://localhost:8080/x";
    UnsupportedIntegration queue;
    queue.reason = "AWS::Sqs is not served locally";
    const auto add = [&](Access access, Integration integration) {
        Route route;
        route.method = "GET";
        route.path = "/" + access.authorizer;
        route.access = std::move(access);
        route.integration = std::move(integration);
        one.routes.push_back(std::move(route));
    };
    add({}, orders);
    for (const char* name : {"Fn", "Jwt", "Pool", "Iam", "Odd"}) {
        add({name, {}, false}, orders);
    }
    add({"Jwt", {"read", "write"}, true}, orders);
    add({"Lost", {}, false}, orders);
    add({}, MockIntegration{});
    add({}, http);
    add({}, queue);
    return one;
}

std::string closed(const Authorizer& authorizer) {
    const auto* odd = std::get_if<UnsupportedAuthorizer>(&authorizer.method);
    return odd == nullptr ? "" : odd->reason;
}

TEST(RouteSummaryTest, TellsWhatProtectsARoute) {
    const auto routes = summarize({api()}, closed, false);
    const std::vector<std::string> expected{
        "",
        "Fn: function Auth",
        "Jwt: tokens of https://issuer",
        "Pool: tokens of a user pool",
        "Iam: AWS_IAM signatures",
        "Odd: cannot be evaluated",
        "Jwt: tokens of https://issuer, scope read or write, API key",
        "Lost",
        "",
        "",
        ""};
    ASSERT_EQ(routes.size(), expected.size());
    for (std::size_t i = 0; i < routes.size(); ++i) {
        EXPECT_EQ(routes[i].protection, expected[i]) << i;
    }
    EXPECT_EQ(routes[5].closed, "an intrinsic function");
    EXPECT_EQ(routes[0].closed, "");
}

TEST(RouteSummaryTest, TellsWhatAnswers) {
    const auto routes = summarize({api()}, closed, false);
    EXPECT_EQ(routes[0].function, "Orders");
    EXPECT_EQ(routes[0].kind, "REST API");
    EXPECT_EQ(routes[8].target, "a fixed answer");
    EXPECT_EQ(routes[9].target, "http://localhost:8080/x");
    EXPECT_EQ(routes[10].closed, "AWS::Sqs is not served locally");
}

TEST(RouteSummaryTest, WithoutAuthorizersEveryRouteIsOpen) {
    for (const RouteSummary& route : summarize({api()}, closed, true)) {
        EXPECT_EQ(route.protection, "");
        EXPECT_NE(route.closed, "an intrinsic function");
    }
}

TEST(RouteSummaryTest, AResourcePolicyCounts) {
    Api one = api();
    one.routes.resize(1);
    one.policy = *data::read_json(R"({"Statement": []})", "policy");
    EXPECT_EQ(summarize({one}, closed, false).front().protection, "resource policy");
    one.websocket = true;
    EXPECT_EQ(summarize({one}, closed, false).front().kind, "WebSocket API");
    EXPECT_EQ(summarize({one}, closed, false).front().method, "");
}

} // namespace
} // namespace samara::gateway
