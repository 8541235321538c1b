// What stages, API keys, usage plans and domains say of requests. Each test names the page it is
// from, of docs.aws.amazon.com/apigateway/latest/developerguide/.

#include "data/read.h"
#include "gateway/access/usage.h"
#include "gateway/message/log_line.h"
#include "gateway/read/apis.h"
#include "gateway/route/scope.h"
#include "unit/gateway/integration_fixture.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::gateway {
namespace {

using std::chrono::system_clock;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A REST API whose two routes want a key.
constexpr std::string_view keyed_api =
    R"(Api: {Type: 'AWS::ApiGateway::RestApi', Properties: {Body: {paths: {
  /x: {get: {security: [{api_key: []}], x-amazon-apigateway-integration: {type: mock}}},
  /y: {get: {security: [{api_key: []}], x-amazon-apigateway-integration: {type: mock}}}}}}}
Stage: {Type: 'AWS::ApiGateway::Stage', Properties: {RestApiId: Api, StageName: v1}}
)";

class StageTest : public testing::Test {
protected:
    std::vector<Api> read(const std::string& yaml) {
        diagnostics_.clear();
        const auto resources = data::read_yaml(yaml, "template.yaml");
        EXPECT_TRUE(resources) << (resources ? "" : base::to_string(resources.error()));
        return resources ? read_apis(*resources, {}, diagnostics_) : std::vector<Api>();
    }

    std::vector<std::string> told() const {
        std::vector<std::string> messages;
        for (const base::Diagnostic& diagnostic : diagnostics_) {
            messages.push_back(diagnostic.error.message);
        }
        return messages;
    }

    /// Of a request with this key at a time; "" when it may go on.
    std::string refused(const Api& api, int route, const ApiKey* key, std::int64_t milliseconds) {
        const net::HttpRequest request{"GET", "/", {}, {}, {}};
        const Router::Match match{&api.routes.at(static_cast<std::size_t>(route)), {}, {}};
        Call call{request, api, match};
        call.time = system_clock::time_point(std::chrono::milliseconds(milliseconds));
        if (key != nullptr) {
            call.plan = key->plan.get();
            call.api_key_id = key->id;
        }
        const auto refusal = usage_->refusal(call);
        return !refusal ? "" : *refusal == Refusal::throttled ? "throttled" : "quota";
    }

    base::Diagnostics diagnostics_;
    std::optional<Usage> usage_{std::in_place};
};

// api-gateway-api-usage-plans.html
TEST_F(StageTest, RoutesThatNobodyCanGetIntoAreTold) {
    read(std::string(keyed_api));
    ASSERT_THAT(told(), SizeIs(1));
    EXPECT_THAT(told()[0], HasSubstr("GET /x and 1 more of this API want an API key"));
    EXPECT_THAT(told()[0], HasSubstr("every request gets 403"));
    read(
        std::string(keyed_api) +
        "Key: {Type: 'AWS::ApiGateway::ApiKey', Properties: {Value: k, Enabled: false}}");
    EXPECT_THAT(told(), SizeIs(1));
}

TEST_F(StageTest, KeysAreThoseThatAreNotDisabled) {
    const auto apis = read(std::string(keyed_api) + R"(
On: {Type: 'AWS::ApiGateway::ApiKey', Properties: {Enabled: 'true', Value: key}}
Off: {Type: 'AWS::ApiGateway::ApiKey', Properties: {Enabled: false, Value: off}}
Unnamed: {Type: 'AWS::ApiGateway::ApiKey', Properties: {Enabled: true}}
)");
    std::vector<std::string> keys;
    for (const ApiKey& key : apis.at(0).api_keys) {
        keys.push_back(key.id + "=" + key.value);
    }
    EXPECT_THAT(keys, ElementsAre("On=key", "Unnamed=Unnamed"));
    EXPECT_THAT(
        told(),
        ElementsAre(
            HasSubstr("here it is 'Unnamed'"),
            HasSubstr("no usage plan of the template has API key 'On'"),
            HasSubstr("API key 'Unnamed'")));
}

constexpr std::string_view plans = R"(
Key: {Type: 'AWS::ApiGateway::ApiKey', Properties: {Enabled: true, Value: k}}
Other: {Type: 'AWS::ApiGateway::ApiKey', Properties: {Enabled: true, Value: o}}
Plan:
  Type: AWS::ApiGateway::UsagePlan
  Properties:
    ApiStages: [{ApiId: Api, Stage: Stage, Throttle: {/y/GET: {RateLimit: 1, BurstLimit: 1}}}]
    Throttle: {RateLimit: 2, BurstLimit: 3}
    Quota: {Limit: 6, Period: DAY, Offset: 1}
Elsewhere: {Type: 'AWS::ApiGateway::UsagePlan', Properties: {ApiStages: [{ApiId: Api, Stage: v2}]}}
A: {Type: 'AWS::ApiGateway::UsagePlanKey', Properties: {KeyId: Key, KeyType: API_KEY, UsagePlanId: Plan}}
B: {Type: 'AWS::ApiGateway::UsagePlanKey', Properties: {KeyId: Other, KeyType: API_KEY, UsagePlanId: Elsewhere}}
)";

TEST_F(StageTest, AKeyOpensTheStagesOfItsPlans) {
    const auto apis = read(std::string(keyed_api) + std::string(plans));
    EXPECT_THAT(told(), IsEmpty());
    ASSERT_THAT(apis.at(0).api_keys, SizeIs(1));
    EXPECT_EQ(apis[0].api_keys[0].id, "Key");
    EXPECT_EQ(apis[0].api_keys[0].plan->id, "Plan");
}

// api-gateway-request-throttling.html: token buckets; the method's limit before the client's
TEST_F(StageTest, UsagePlansThrottleAndCount) {
    const auto apis = read(std::string(keyed_api) + std::string(plans));
    const Api& api = apis.at(0);
    const ApiKey* key = &api.api_keys.at(0);
    constexpr std::int64_t day = 24 * 60 * 60 * 1000;
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(refused(api, 0, key, 0), "");
    }
    EXPECT_EQ(refused(api, 0, key, 0), "throttled");
    EXPECT_EQ(refused(api, 0, key, 499), "throttled");
    EXPECT_EQ(refused(api, 0, key, 501), ""); // two a second
    EXPECT_EQ(refused(api, 1, key, 5'000), "");
    EXPECT_EQ(refused(api, 1, key, 5'000), "throttled"); // its own limit
    EXPECT_EQ(refused(api, 0, key, 10'000), "quota");    // six, and one is said to have been
    EXPECT_EQ(refused(api, 0, key, day - 1), "quota");
    for (int i = 0; i < 6; ++i) {
        EXPECT_EQ(refused(api, 0, key, day + i * 1000), "");
    }
    EXPECT_EQ(refused(api, 0, key, day + 7000), "quota");
}

TEST_F(StageTest, QuotasBeginAnewEachPeriod) {
    struct Row {
        std::string_view period;
        std::int64_t last; ///< milliseconds: of the period that the epoch is in
    };

    constexpr std::int64_t day = 24LL * 60 * 60 * 1000;
    for (const Row& row : {
             Row{"DAY", day - 1},
             Row{"WEEK", 3 * day - 1}, // Thursday to Saturday
             Row{"MONTH", 31 * day - 1},
         }) {
        usage_.emplace();
        const auto apis = read(
            std::string(keyed_api) +
            fmt::format(
                "Key: {{Type: 'AWS::ApiGateway::ApiKey', Properties: {{Enabled: true, Value: "
                "k}}}}\n"
                "Plan: {{Type: 'AWS::ApiGateway::UsagePlan', Properties: {{ApiStages: [{{ApiId: "
                "Api, Stage: v1}}], Quota: {{Limit: 1, Period: {}}}}}}}\n"
                "A: {{Type: 'AWS::ApiGateway::UsagePlanKey', Properties: {{KeyId: Key, "
                "UsagePlanId: Plan}}}}\n",
                row.period));
        const ApiKey* key = &apis.at(0).api_keys.at(0);
        EXPECT_EQ(refused(apis[0], 0, key, 0), "") << row.period;
        EXPECT_EQ(refused(apis[0], 0, key, row.last), "quota") << row.period;
        EXPECT_EQ(refused(apis[0], 0, key, row.last + 1), "") << row.period;
    }
}

// aws-properties-apigateway-stage-methodsetting.html, http-api-throttling.html
TEST_F(StageTest, StagesThrottleTheirMethods) {
    auto apis = read(R"(
Api: {Type: 'AWS::ApiGateway::RestApi', Properties: {Body: {paths: {
  '/x/{id}': {get: {x-amazon-apigateway-integration: {type: mock}}, put: {x-amazon-apigateway-integration: {type: mock}}},
  /y: {get: {x-amazon-apigateway-integration: {type: mock}}}}}}}
Stage: {Type: 'AWS::ApiGateway::Stage', Properties: {RestApiId: Api, StageName: v1, MethodSettings: [
  {ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: 5, ThrottlingBurstLimit: 2},
  {ResourcePath: '/~1x~1{id}', HttpMethod: GET, ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1},
  {ResourcePath: '/y', HttpMethod: '*', LoggingLevel: INFO}]}}
Http: {Type: 'AWS::ApiGatewayV2::Api', Properties: {Body: {paths: {
  /x: {get: {x-amazon-apigateway-integration: {type: http_proxy, uri: 'http://localhost/'}}},
  /y: {get: {x-amazon-apigateway-integration: {type: http_proxy, uri: 'http://localhost/'}}}}}}}
HttpStage: {Type: 'AWS::ApiGatewayV2::Stage', Properties: {ApiId: Http, StageName: $default,
  DefaultRouteSettings: {ThrottlingRateLimit: 7, ThrottlingBurstLimit: 8},
  RouteSettings: {GET /y: {ThrottlingBurstLimit: 0}}}}
)");
    std::vector<std::string> limits;
    for (const Api& api : apis) {
        for (const Route& route : api.routes) {
            limits.push_back(fmt::format(
                "{} {}",
                route_key(route),
                route.throttle ? fmt::format("{}/{}", route.throttle->rate, route.throttle->burst)
                               : "none"));
        }
    }
    EXPECT_THAT(
        limits,
        ElementsAre(
            "GET /x/{id} 1/1", "PUT /x/{id} 5/2", "GET /y 5/2", "GET /x 7/8", "GET /y 10000/0"));
    EXPECT_EQ(refused(apis[0], 0, nullptr, 0), "");
    EXPECT_EQ(refused(apis[0], 0, nullptr, 0), "throttled");
    EXPECT_EQ(refused(apis[0], 2, nullptr, 0), ""); // each method has a bucket of its own
    EXPECT_EQ(refused(apis[1], 1, nullptr, 0), "throttled");
}

// rest-api-mappings.html
TEST_F(StageTest, SeveralApisAreToldApartByHostBasePathAndStage) {
    const auto apis = read(R"(
One: {Type: 'AWS::ApiGateway::RestApi', Properties: {Body: {paths: {/x: {get: {x-amazon-apigateway-integration: {type: mock}}}}}}}
OneStage: {Type: 'AWS::ApiGateway::Stage', Properties: {RestApiId: One, StageName: v1}}
Two: {Type: 'AWS::ApiGatewayV2::Api', Properties: {Name: two}}
Domain: {Type: 'AWS::ApiGateway::DomainName', Properties: {DomainName: Api.Example.com}}
A: {Type: 'AWS::ApiGateway::BasePathMapping', Properties: {DomainName: Domain, RestApiId: One, BasePath: v1}}
B: {Type: 'AWS::ApiGatewayV2::ApiMapping', Properties: {DomainName: api.example.com, ApiId: Two, ApiMappingKey: v1/two}}
C: {Type: 'AWS::ApiGateway::BasePathMapping', Properties: {DomainName: whole.example.com, RestApiId: One, BasePath: (none)}}
)");
    ASSERT_THAT(apis, SizeIs(2));

    struct Row {
        std::string_view host;
        std::string_view path;
        std::string_view apis;
        std::string_view rest;
    };

    const auto said = [](const Scope& scope) {
        std::vector<std::string> ids;
        for (const Api* api : scope.only) {
            ids.push_back(api->id);
        }
        return scope.nobody ? "nobody" : ids.empty() ? "any" : base::join(ids, ",");
    };
    for (const Row& row : {
             Row{"localhost", "/x", "any", "/x"},
             Row{"one.localhost", "/x", "One", "/x"},
             Row{"TWO.execute-api.us-east-1.amazonaws.com", "/x", "Two", "/x"},
             Row{"two.example", "/x", "any", "/x"},
             Row{"api.example.com", "/v1/x", "One", "/x"},
             Row{"api.example.com", "/v1", "One", "/"},
             Row{"api.example.com", "/v1/two/x", "Two", "/x"},
             Row{"api.example.com", "/v1/twofold", "One", "/twofold"},
             Row{"api.example.com", "/v2/x", "nobody", "/v2/x"},
             Row{"whole.example.com", "/v2/x", "One", "/v2/x"},
         }) {
        const Scope scope = scope_of(apis, row.host, row.path);
        EXPECT_EQ(said(scope), row.apis) << row.host << row.path;
        EXPECT_EQ(scope.path, row.rest) << row.host << row.path;
    }
    EXPECT_EQ(said(base_path_scope(apis, "/v1/two/x")), "Two");
    EXPECT_EQ(said(base_path_scope(apis, "/x")), "nobody");
    const Scope staged = stage_scope(apis, {"/v1/x"});
    EXPECT_EQ(said(staged), "One");
    EXPECT_EQ(staged.stage_prefix, 3U);
    EXPECT_EQ(said(stage_scope(apis, {"/other/x"})), "Two"); // its stage is $default
    EXPECT_EQ(said(stage_scope(apis, {"/other/x", {&apis[0]}})), "nobody");
}

// rest-api-mutual-tls.html
TEST_F(StageTest, TellsOnceThatADomainAsksForNoCertificates) {
    const std::string_view api = R"(
Api: {Type: 'AWS::ApiGatewayV2::Api', Properties: {Name: two}}
A: {Type: 'AWS::ApiGatewayV2::ApiMapping', Properties: {DomainName: Domain, ApiId: Api, ApiMappingKey: v1}}
B: {Type: 'AWS::ApiGatewayV2::ApiMapping', Properties: {DomainName: Domain, ApiId: Api, ApiMappingKey: v2}}
Domain: {Type: 'AWS::ApiGatewayV2::DomainName', Properties: {DomainName: api.example.com,
  MutualTlsAuthentication: )";
    read(std::string(api) + "{TruststoreUri: s3://b/k}}}\n");
    EXPECT_THAT(
        told(),
        ElementsAre("Api: clients of api.example.com need a certificate on AWS "
                    "(MutualTlsAuthentication); here they are asked for none, and let in"));
    EXPECT_EQ(diagnostics_.at(0).error.where.line, 6);
    for (const std::string_view without : {"{}}}\n", "null}}\n"}) {
        read(std::string(api).append(without));
        EXPECT_THAT(told(), IsEmpty());
    }
}

class ServedStageTest : public IntegrationTest {
protected:
    void serve_yaml(const std::string& yaml, GatewayOptions options = {}) {
        const auto resources = data::read_yaml(yaml, "template.yaml");
        ASSERT_TRUE(resources) << base::to_string(resources.error());
        options.access_log = [this](const serving::AccessRecord& record) { record_ = record; };
        base::Diagnostics diagnostics;
        gateway_ = std::make_unique<Gateway>(
            read_apis(*resources, {}, diagnostics),
            [this](const invoke::Request& request) -> base::Result<invoke::Response> {
                asked_ = request;
                return reply_;
            },
            std::move(options));
    }

    serving::AccessRecord record_;
};

constexpr std::string_view served_api = R"(
Fn: {Type: 'AWS::Lambda::Function'}
Api: {Type: 'AWS::ApiGateway::RestApi', Properties: {Body: {paths: {'/x/{id}': {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: Fn}}}}}}}
)";

// api-gateway-request-throttling.html, supported-gateway-response-types.html
TEST_F(ServedStageTest, TooManyRequestsAreRefusedAsOnAws) {
    serve_yaml(
        std::string(served_api) +
        "S: {Type: 'AWS::ApiGateway::Stage', Properties: {RestApiId: Api, StageName: v1, "
        "MethodSettings: [{ResourcePath: '/*', HttpMethod: '*', ThrottlingRateLimit: 0, "
        "ThrottlingBurstLimit: 1}]}}");
    reply(R"({"statusCode": 200})");
    EXPECT_EQ(ask().status, 200);
    const auto refused = ask();
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.body, R"({"message":"Too Many Requests"})");
    EXPECT_EQ(header(refused, "x-amzn-ErrorType"), "TooManyRequestsException");
}

TEST_F(ServedStageTest, PathsBeginWithTheStageWhereThatIsAskedFor) {
    GatewayOptions options;
    options.stage_in_path = true;
    serve_yaml(
        std::string(served_api) +
            "S: {Type: 'AWS::ApiGateway::Stage', Properties: {RestApiId: Api, StageName: v1}}",
        options);
    reply(R"({"statusCode": 200})");
    EXPECT_EQ(ask({"GET", "/v1/x/7?q=1", {}, {}, {}}).status, 200);
    EXPECT_THAT(asked_.payload, HasSubstr(R"("path":"/x/7")"));
    EXPECT_THAT(asked_.payload, HasSubstr(R"("path":"/v1/x/7")")); // of requestContext
    const auto other = ask({"GET", "/v2/x/7", {}, {}, {}});
    EXPECT_EQ(other.status, 403);
    EXPECT_EQ(other.body, R"({"message":"Forbidden"})");
    EXPECT_EQ(ask({"GET", "/v1", {}, {}, {}}).status, 403); // no such route
    EXPECT_EQ(gateway_->mounts().at(0).path, "/v1/x/{id}");
}

TEST_F(ServedStageTest, ABasePathLeadsToItsApiAndIsSeenByTheFunction) {
    serve_yaml(
        std::string(served_api) +
        "M: {Type: 'AWS::ApiGateway::BasePathMapping', Properties: {DomainName: "
        "api.example.com, RestApiId: Api, BasePath: v9}}");
    reply(R"({"statusCode": 200})");
    for (const std::string host : {"api.example.com:3000", "localhost:3000"}) {
        EXPECT_EQ(ask({"GET", "/v9/x/7", {{"Host", host}}, {}, {}}).status, 200) << host;
        EXPECT_THAT(asked_.payload, HasSubstr(R"("path":"/v9/x/7")"));
        EXPECT_THAT(asked_.payload, HasSubstr(R"("pathParameters":{"id":"7"})"));
    }
    EXPECT_EQ(ask({"GET", "/x/7", {{"Host", "api.example.com"}}, {}, {}}).status, 403);
}

// api-gateway-variables-for-access-logging.html, http-api-logging-variables.html
TEST_F(ServedStageTest, AccessLogLinesHaveTheFormatOfTheStage) {
    const auto with = [&](std::string_view format) {
        serve_yaml(
            std::string(served_api) +
            fmt::format(
                "S: {{Type: 'AWS::ApiGateway::Stage', Properties: {{RestApiId: Api, StageName: v1, "
                "AccessLogSetting: {{Format: '{}'}}}}}}",
                format));
    };
    reply(R"({"statusCode": 201, "body": "four"})");

    struct Row {
        std::string_view format;
        std::string_view line;
    };

    for (const Row& row : {
             Row{"$context.httpMethod $context.resourcePath $context.path.",
                 "GET /x/{id} /v1/x/7."},
             Row{R"({"status":"$context.status","length":$context.responseLength})",
                 R"({"status":"201","length":4})"},
             Row{"$context.identity.sourceIp $context.identity.userAgent $context.identity.caller",
                 "10.0.0.9 agent -"},
             Row{"$context.integration.status $context.integrationStatus", "201 200"},
             Row{"$context.error.message $context.none $context $other", "- - $context $other"},
             Row{"$context.stage/$context.apiId $context.protocol", "v1/Api HTTP/1.1"},
         }) {
        with(row.format);
        ask({"GET", "/x/7", {{"User-Agent", "agent"}}, {}, "10.0.0.9"});
        EXPECT_EQ(record_.line, row.line);
    }
    with("$context.error.responseType $context.status");
    ask({"GET", "/nowhere", {}, {}, {}});
    EXPECT_EQ(record_.line, "MISSING_AUTHENTICATION_TOKEN 403");
    ask();
    EXPECT_EQ(record_.line, "- 201");
    with("$context.requestId");
    const auto answer = ask();
    EXPECT_EQ(record_.line, header(answer, "x-amzn-RequestId"));
    with("$context.error.message $context.error.messageString $context.status "
         "$context.integration.status");
    reply("nonsense");
    ask();
    EXPECT_EQ(record_.line, "Internal server error \"Internal server error\" 502 200");
    GatewayOptions plain;
    plain.stage_log_lines = false;
    serve_yaml(
        std::string(served_api) + "S: {Type: 'AWS::ApiGateway::Stage', Properties: {RestApiId: "
                                  "Api, StageName: v1, AccessLogSetting: {Format: x}}}",
        plain);
    ask();
    EXPECT_EQ(record_.line, "");
}

} // namespace
} // namespace samara::gateway
