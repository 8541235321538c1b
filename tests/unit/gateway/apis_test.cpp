// Which APIs, stages, routes and integrations a template makes.

#include "data/read.h"
#include "gateway/integration/mock.h"
#include "gateway/read/apis.h"
#include "gateway/route/closed.h"
#include "gateway/route/route_table.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

constexpr std::string_view function_arn = "arn:aws:lambda:us-east-1:123456789012:function:Fn";

/// What a mock integration answers to GET /x.
net::HttpResponse answer_of(const Integration& integration) {
    const net::HttpRequest request{"GET", "/x", {}, {}, {}};
    const Api api;
    Route route;
    const Router::Match match{&route, {}, {}};
    const auto answer =
        mock_answer(Call{request, api, match}, *std::get<MockIntegration>(integration).mapping);
    EXPECT_TRUE(answer) << (answer ? "" : answer.error().reason);
    return answer.value_or(net::HttpResponse{});
}

class ApisTest : public testing::Test {
protected:
    /// The APIs of resources in YAML; function Fn with alias Live is among them.
    std::vector<Api> read(std::string_view yaml) {
        diagnostics_.clear();
        const std::string text = fmt::format(
            "Fn: {{Type: 'AWS::Lambda::Function', Properties: {{Timeout: '7'}}}}\n"
            "Live: {{Type: 'AWS::Lambda::Alias', Properties: {{FunctionName: Fn, Name: "
            "live}}}}\n{}",
            yaml);
        const auto resources = data::read_yaml(text, "template.yaml");
        EXPECT_TRUE(resources) << (resources ? "" : base::to_string(resources.error()));
        return resources ? read_apis(*resources, {}, diagnostics_) : std::vector<Api>();
    }

    /// The integration of GET /x in an API of `type`, from its OpenAPI extension.
    Integration integration_of(std::string_view type, std::string_view integration) {
        const auto apis = read(fmt::format(
            R"(Api:
  Type: {}
  Properties:
    Body:
      components: {{x-amazon-apigateway-integrations: {{shared: {{type: aws_proxy, uri: '{}'}}}}}}
      paths: {{/x: {{get: {{x-amazon-apigateway-integration: {}}}}}}}
Stage:
  Type: {}
  Properties: {{RestApiId: Api, ApiId: Api, StageName: s, Variables: {{fn: Fn}}, StageVariables: {{fn: Fn}}}}
)",
            type,
            function_arn,
            integration,
            type == rest ? "AWS::ApiGateway::Stage" : "AWS::ApiGatewayV2::Stage"));
        EXPECT_THAT(apis, SizeIs(1));
        EXPECT_THAT(apis.at(0).routes, SizeIs(1));
        return apis.at(0).routes.at(0).integration;
    }

    std::vector<std::string> told() const {
        std::vector<std::string> messages;
        for (const base::Diagnostic& diagnostic : diagnostics_) {
            messages.push_back(diagnostic.error.message);
        }
        return messages;
    }

    static constexpr std::string_view rest = "AWS::ApiGateway::RestApi";
    static constexpr std::string_view http = "AWS::ApiGatewayV2::Api";
    base::Diagnostics diagnostics_;
};

TEST_F(ApisTest, FunctionsAreFoundByEverySpellingOfTheirUri) {
    constexpr std::string_view prefix =
        "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/";
    for (const std::string& uri :
         {std::string(function_arn),
          fmt::format("{}{}/invocations", prefix, function_arn),
          fmt::format("{}{}:live/invocations", prefix, function_arn),
          fmt::format("{}Live/invocations", prefix),
          std::string("Live"),
          fmt::format(
              "{}arn:aws:lambda:us-east-1:123456789012:function:${{stageVariables.fn}}/invocations",
              prefix)}) {
        for (const std::string_view type : {"aws_proxy", "AWS_PROXY", "Aws_Proxy"}) {
            const Integration integration =
                integration_of(rest, fmt::format("{{type: {}, uri: '{}'}}", type, uri));
            const auto* lambda = std::get_if<LambdaIntegration>(&integration);
            ASSERT_NE(lambda, nullptr) << uri;
            EXPECT_EQ(lambda->function, "Fn");
            EXPECT_EQ(lambda->function_timeout, std::chrono::seconds(7));
            EXPECT_EQ(lambda->format, PayloadFormat::v1);
            EXPECT_THAT(told(), IsEmpty());
        }
    }
}

TEST_F(ApisTest, AnIntegrationMayBeShared) {
    const Integration integration =
        integration_of(http, "{$ref: '#/components/x-amazon-apigateway-integrations/shared'}");
    EXPECT_TRUE(std::holds_alternative<LambdaIntegration>(integration));
}

TEST_F(ApisTest, TimeoutsAreTheGatewaysUnlessDeclared) {
    struct Row {
        std::string_view type;
        std::string_view declared;
        int milliseconds;
    };

    for (const Row& row :
         {Row{rest, "", 29'000},
          Row{http, "", 30'000},
          Row{rest, ", timeoutInMillis: 300", 300},
          Row{http, ", timeoutInMillis: '300'", 300},
          Row{rest, ", timeoutInMillis: 60000", 60'000},
          Row{http, ", timeoutInMillis: 60000", 30'000}}) {
        const Integration integration = integration_of(
            row.type, fmt::format("{{type: aws_proxy, uri: '{}' {}}}", function_arn, row.declared));
        EXPECT_EQ(
            std::get<LambdaIntegration>(integration).timeout,
            std::chrono::milliseconds(row.milliseconds))
            << row.declared;
    }
}

TEST_F(ApisTest, PayloadFormatsOfHttpApis) {
    for (const auto& [version, format] :
         {std::pair("'1.0'", PayloadFormat::v1),
          std::pair("1.0", PayloadFormat::v1),
          std::pair("'2.0'", PayloadFormat::v2),
          std::pair("2.0", PayloadFormat::v2)}) {
        const Integration integration = integration_of(
            http,
            fmt::format(
                "{{type: aws_proxy, uri: '{}', payloadFormatVersion: {}}}", function_arn, version));
        EXPECT_EQ(std::get<LambdaIntegration>(integration).format, format) << version;
    }
}

TEST_F(ApisTest, MocksAnswerWhatTheyDeclare) {
    struct Row {
        std::string_view integration;
        int status;
    };

    for (const Row& row :
         {Row{"{type: mock, responses: {default: {statusCode: '200'}}}", 200},
          Row{R"({type: mock, requestTemplates: {application/json: '{"statusCode": 204}'},
                 responses: {'200': {statusCode: 200}, '204': {statusCode: '204'}}})",
              204},
          Row{R"({type: MOCK, requestTemplates: {application/json: '{statusCode: 503}'},
                 responses: {default: {statusCode: 200}, '5\d{2}': {statusCode: 500}}})",
              500},
          Row{R"({type: MOCK, requestTemplates: {application/json: '{"statusCode":201}'},
                 responses: {default: {statusCode: 200}, '5\d{2}': {statusCode: 500}}})",
              200}}) {
        const Integration integration = integration_of(rest, row.integration);
        ASSERT_TRUE(std::holds_alternative<MockIntegration>(integration)) << row.integration;
        EXPECT_EQ(answer_of(integration).status, row.status) << row.integration;
        EXPECT_THAT(told(), IsEmpty());
    }
}

TEST_F(ApisTest, WhatIsNotServedSaysWhy) {
    struct Row {
        std::string_view type;
        std::string_view integration;
        std::string_view reason;
    };

    for (const Row& row :
         {Row{rest, "{type: http_proxy, uri: 'http://example.com'}", "not for host 'example.com'"},
          Row{http, "{type: http_proxy, uri: 'http://127.evil.com/'}", "'127.evil.com'"},
          Row{http, "{type: http_proxy, uri: 'http://x{proxy}'}", "not for host"},
          Row{rest, "{type: http, uri: nowhere}", "no URL of a server"},
          Row{rest,
              "{type: http, connectionType: VPC_LINK, uri: 'http://localhost'}",
              "behind a VPC link"},
          Row{rest,
              "{type: aws, uri: 'arn:aws:apigateway:us-east-1:sqs:path/q'}",
              "service integration 'arn:aws:apigateway:us-east-1:sqs:path/q'"},
          Row{http,
              "{type: aws_proxy, integrationSubtype: SQS-SendMessage}",
              "service integration SQS-SendMessage"}}) {
        const Integration integration = integration_of(row.type, row.integration);
        const auto* unsupported = std::get_if<UnsupportedIntegration>(&integration);
        ASSERT_NE(unsupported, nullptr) << row.integration;
        EXPECT_EQ(unsupported->status, 501);
        EXPECT_THAT(unsupported->reason, HasSubstr(row.reason));
        EXPECT_THAT(told(), ElementsAre(HasSubstr(row.reason)));
    }
}

TEST_F(ApisTest, AMappingThatIsNoneAnswers500) {
    for (const auto& [mapping, reason] : {
             std::pair(
                 "{type: mock, requestTemplates: {application/json: '#if(true)'}}",
                 "requestTemplates 'application/json':1:1: '#if' has no '#end'"),
             std::pair("{type: mock, responses: {'(': {statusCode: 200}}}", "the pattern '('"),
             std::pair(
                 "{type: http, uri: 'http://localhost', responses: {default: "
                 "{responseTemplates: {text/plain: '#parse(1)'}}}}",
                 "'#parse' is not part"),
         }) {
        const Integration integration = integration_of(rest, mapping);
        EXPECT_EQ(std::get<UnsupportedIntegration>(integration).status, 500) << mapping;
        EXPECT_THAT(told(), ElementsAre(HasSubstr(reason)));
    }
}

TEST_F(ApisTest, ARouteWithoutItsFunctionAnswers502) {
    const Integration unknown = integration_of(rest, "{type: aws_proxy, uri: Unknown}");
    EXPECT_EQ(std::get<UnsupportedIntegration>(unknown).status, 502);
    EXPECT_THAT(told(), ElementsAre(HasSubstr("integration URI 'Unknown'")));
    // What could not be evaluated is told by who tried.
    const Integration unevaluated = integration_of(rest, "{type: aws_proxy, uri: {Ref: Nothing}}");
    EXPECT_EQ(std::get<UnsupportedIntegration>(unevaluated).status, 502);
    EXPECT_THAT(told(), IsEmpty());
}

TEST_F(ApisTest, RoutesThatAwsRefusesAreServedAsTheyAreMeant) {
    const auto apis = read(fmt::format(
        R"(Api:
  Type: {0}
  Properties:
    Body:
      paths:
        /any: {{'*': {{x-amazon-apigateway-integration: {{type: aws_proxy, uri: '{1}'}}}}}}
        bare: {{get: {{x-amazon-apigateway-integration: {{type: aws_proxy, uri: '{1}'}}}}}}
        /odd: {{fetch: {{x-amazon-apigateway-integration: {{type: aws_proxy, uri: '{1}'}}}}, parameters: [], summary: x}}
)",
        rest,
        function_arn));
    ASSERT_THAT(apis, SizeIs(1));
    ASSERT_THAT(apis.at(0).routes, SizeIs(2));
    EXPECT_EQ(apis.at(0).routes.at(0).method, "ANY");
    EXPECT_EQ(apis.at(0).routes.at(1).path, "/bare");
    EXPECT_THAT(
        told(),
        ElementsAre(
            HasSubstr("no method *: /any answers to any method"),
            HasSubstr("refuses the path 'bare'"),
            HasSubstr("no method FETCH: /odd does not answer")));
}

TEST_F(ApisTest, ATypeThatIsLeftOutFollowsFromTheFunction) {
    const Integration untyped = integration_of(rest, fmt::format("{{uri: '{}'}}", function_arn));
    EXPECT_TRUE(std::holds_alternative<LambdaIntegration>(untyped));
    const Integration nothing = integration_of(rest, "{httpMethod: POST}");
    EXPECT_EQ(std::get<UnsupportedIntegration>(nothing).status, 502);
}

TEST_F(ApisTest, OperationsOfRestApisHaveNames) {
    const auto described = read(fmt::format(
        "Api: {{Type: '{}', Properties: {{Body: {{paths: {{/x: {{get: {{operationId: "
        "readX}}}}}}}}}}}}",
        rest));
    EXPECT_EQ(described.at(0).routes.at(0).operation_name, "readX");
    const auto of_method = read(fmt::format(
        "Api: {{Type: '{}'}}\n"
        "Get: {{Type: 'AWS::ApiGateway::Method', Properties: {{RestApiId: Api, ResourceId: r, "
        "HttpMethod: GET, OperationName: readY}}}}",
        rest));
    EXPECT_EQ(of_method.at(0).routes.at(0).operation_name, "readY");
}

TEST_F(ApisTest, ProtectionThatCouldNotBeEvaluatedIsNotAbsent) {
    constexpr std::string_view kept = "{Fn::If: [Nothing, a, b]}";
    for (const std::string& member :
         {fmt::format("security: {}", kept),
          fmt::format("security: [{}]", kept),
          fmt::format("x-amazon-apigateway-auth: {}", kept),
          fmt::format("x-amazon-apigateway-auth: {{type: {}}}", kept)}) {
        const auto apis = read(fmt::format(
            "Api: {{Type: '{}', Properties: {{Body: {{paths: {{/x: {{get: {{{}}}}}}}}}}}}}",
            rest,
            member));
        ASSERT_THAT(apis, SizeIs(1));
        const std::string& name = apis[0].routes.at(0).access.authorizer;
        ASSERT_NE(name, "") << member;
        EXPECT_TRUE(
            std::holds_alternative<UnsupportedAuthorizer>(apis[0].authorizers.at(name).method))
            << member;
    }
    for (const char* member : {"AuthorizationType", "ApiKeyRequired"}) {
        const auto apis = read(fmt::format(
            "Api: {{Type: '{}'}}\n"
            "Get: {{Type: 'AWS::ApiGateway::Method', Properties: {{RestApiId: Api, ResourceId: r, "
            "HttpMethod: GET, {}: {}}}}}",
            rest,
            member,
            kept));
        EXPECT_NE(apis.at(0).routes.at(0).access.authorizer, "") << member;
    }
}

TEST_F(ApisTest, WhatIsClosedStaysClosed) {
    auto apis = read(fmt::format(
        "Api:\n  Type: '{0}'\n  Properties: {{Body: {{paths: {{/x: {{get: &op "
        "{{x-amazon-apigateway-integration: {{type: aws_proxy, uri: '{1}'}}}}, put: *op}}}}}}}}\n"
        "Other:\n  Type: '{0}'\n  Properties: {{Body: {{paths: {{/y: {{get: *op}}}}}}}}",
        rest,
        function_arn));
    Closed closed;
    closed.routes.push_back({"Api", true, "GET", "/x", "not known", true});
    closed.routes.push_back({"Api", true, "GET", "/gone", "no event", false});
    closed.routes.push_back({"Lost", false, "GET", "/lost", "no event", false});
    closed.apis.emplace("Other", "its policy");
    close(closed, apis);
    ASSERT_THAT(apis, SizeIs(3));
    const auto route = [&](std::size_t api, std::size_t index) -> const Route& {
        return apis.at(api).routes.at(index);
    };
    EXPECT_EQ(route(0, 0).access.authorizer, "not known");
    EXPECT_EQ(route(0, 1).access.authorizer, "");
    EXPECT_EQ(std::get<UnsupportedIntegration>(route(0, 2).integration).status, 502);
    EXPECT_EQ(route(1, 0).access.authorizer, "its policy");
    EXPECT_EQ(apis[2].id, "Lost");
    EXPECT_EQ(apis[2].kind, ApiKind::http);
}

// Clients of a WebSocket API are asked who they are at $connect only.
TEST_F(ApisTest, NobodyConnectsToAClosedWebSocketApi) {
    for (const std::vector<std::string>& keys :
         {std::vector<std::string>{"$default"}, {"$connect", "$default"}}) {
        Api api;
        api.id = "Chat";
        api.websocket = true;
        for (const std::string& key : keys) {
            api.routes.emplace_back().path = key;
        }
        std::vector<Api> apis;
        apis.push_back(std::move(api));
        Closed closed;
        closed.apis.emplace("Chat", "its Auth");
        close(closed, apis);
        EXPECT_THAT(
            apis[0].routes,
            testing::Contains(testing::AllOf(
                testing::Field(&Route::path, "$connect"),
                testing::Field(&Route::access, testing::Field(&Access::authorizer, "its Auth")))));
        EXPECT_THAT(apis[0].routes, SizeIs(2));
    }
}

// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
TEST_F(ApisTest, WhatAWSRefusesOfParameterMappingsIsTold) {
    const auto mapped = [](std::string_view key) {
        return fmt::format(
            "{{type: aws_proxy, uri: '{}', requestParameters: {{'append:header.a': b, '{}': x}}}}",
            function_arn,
            key);
    };
    EXPECT_TRUE(std::holds_alternative<LambdaIntegration>(
        integration_of(http, mapped("remove:querystring.a"))));
    EXPECT_THAT(told(), IsEmpty());
    integration_of(http, mapped("overwrite:header.Authorization"));
    EXPECT_THAT(
        told(),
        ElementsAre("GET /x: AWS refuses parts of its parameter mapping, which are left out: "
                    "'overwrite:header.Authorization'"));
    integration_of(rest, mapped("overwrite:header.Authorization")); // has other keys
    EXPECT_THAT(told(), IsEmpty());
    const auto apis = read(fmt::format(
        R"(
Api: {{Type: 'AWS::ApiGatewayV2::Api', Properties: {{ProtocolType: HTTP}}}}
I: {{Type: 'AWS::ApiGatewayV2::Integration', Properties: {{ApiId: Api, IntegrationType: AWS_PROXY, IntegrationUri: '{}', RequestParameters: {{'remove:header.a': '', 'append:path': /x}}}}}}
R: {{Type: 'AWS::ApiGatewayV2::Route', Properties: {{ApiId: Api, RouteKey: GET /x, Target: integrations/I}}}}
)",
        function_arn));
    EXPECT_THAT(told(), ElementsAre(HasSubstr("'append:path'")));
    EXPECT_TRUE(apis.at(0).routes.at(0).parameters);
}

TEST_F(ApisTest, MocksOfMethodsAnswerWhatTheyDeclare) {
    const auto apis = read(R"(
Api: {Type: 'AWS::ApiGateway::RestApi', Properties: {Name: a}}
Path: {Type: 'AWS::ApiGateway::Resource', Properties: {RestApiId: Api, PathPart: x}}
Options:
  Type: AWS::ApiGateway::Method
  Properties:
    RestApiId: Api
    ResourceId: Path
    HttpMethod: OPTIONS
    Integration:
      Type: MOCK
      RequestTemplates: {application/json: '{"statusCode": 200}'}
      IntegrationResponses:
        - {StatusCode: 500, SelectionPattern: '5..'}
        - StatusCode: 200
          ResponseParameters: {method.response.header.Access-Control-Allow-Origin: "'*'"}
          ResponseTemplates: {application/json: '{}'}
)");
    ASSERT_THAT(apis.at(0).routes, SizeIs(1));
    const net::HttpResponse answer = answer_of(apis[0].routes[0].integration);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "{}");
    EXPECT_EQ(*net::find_header(answer.headers, "access-control-allow-origin"), "*");
}

TEST_F(ApisTest, MocksAreToldWithTheFunctionsOfTheirPathOrAlone) {
    const RouteTable table(read(fmt::format(
        R"(
Api:
  Type: AWS::ApiGateway::RestApi
  Properties:
    Body:
      paths:
        /x:
          options: {{x-amazon-apigateway-integration: {{type: mock, responses: {{default: {{statusCode: 200}}}}}}}}
          get: {{x-amazon-apigateway-integration: {{type: aws_proxy, uri: '{}'}}}}
        /alone:
          x-amazon-apigateway-any-method: {{x-amazon-apigateway-integration: {{type: mock, responses: {{default: {{statusCode: 200}}}}}}}}
)",
        function_arn)));
    std::vector<std::string> lines;
    for (const Mount& mount : table.mounts([](const Authorizer&) { return std::string(); })) {
        lines.push_back(to_string(mount, "http://h"));
    }
    EXPECT_THAT(
        lines,
        ElementsAre(
            "Mounting Fn at http://h/x [GET, OPTIONS]",
            "Mounting a fixed answer at http://h/alone "
            "[DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT]"));
}

TEST_F(ApisTest, QuickCreateMakesOneRoute) {
    const auto apis = read(fmt::format(
        R"(
Default: {{Type: 'AWS::ApiGatewayV2::Api', Properties: {{ProtocolType: HTTP, Target: '{0}'}}}}
Key: {{Type: 'AWS::ApiGatewayV2::Api', Properties: {{ProtocolType: HTTP, Target: '{0}', RouteKey: GET /x}}}}
Url: {{Type: 'AWS::ApiGatewayV2::Api', Properties: {{ProtocolType: HTTP, Target: 'https://example.com'}}}}
)",
        function_arn));
    ASSERT_THAT(apis, SizeIs(3));
    for (const Api& api : apis) {
        ASSERT_THAT(api.routes, SizeIs(1)) << api.id;
        EXPECT_EQ(api.stage, "$default");
    }
    EXPECT_EQ(apis[0].routes[0].path, "$default");
    EXPECT_EQ(std::get<LambdaIntegration>(apis[0].routes[0].integration).format, PayloadFormat::v2);
    EXPECT_EQ(apis[1].routes[0].method, "GET");
    EXPECT_EQ(apis[1].routes[0].path, "/x");
    EXPECT_THAT(told(), ElementsAre(HasSubstr("not for host 'example.com'")));
}

TEST_F(ApisTest, TheFirstStageServesAndTheOthersAreTold) {
    const auto apis = read(R"(
Api: {Type: 'AWS::ApiGatewayV2::Api', Properties: {ProtocolType: HTTP}}
A: {Type: 'AWS::ApiGatewayV2::Stage', Properties: {ApiId: Api, StageName: a, StageVariables: {k: v}}}
B: {Type: 'AWS::ApiGatewayV2::Stage', Properties: {ApiId: Api, StageName: b}}
Other: {Type: 'AWS::ApiGatewayV2::Stage', Properties: {ApiId: Another, StageName: c}}
)");
    EXPECT_EQ(apis.at(0).stage, "a");
    EXPECT_THAT(apis[0].stage_variables, ElementsAre(Pair("k", "v")));
    EXPECT_THAT(told(), ElementsAre("API 'Api' is served with its stage 'a', not with 'b'"));
}

TEST_F(ApisTest, ADeploymentMakesAStageWhereThereIsNone) {
    constexpr std::string_view api = R"(
Api: {Type: 'AWS::ApiGateway::RestApi', Properties: {Name: a}}
Deployment:
  Type: AWS::ApiGateway::Deployment
  Properties: {RestApiId: Api, StageName: made, StageDescription: {Variables: {k: v}}}
)";
    auto apis = read(api);
    EXPECT_EQ(apis.at(0).stage, "made");
    EXPECT_THAT(apis[0].stage_variables, ElementsAre(Pair("k", "v")));
    apis = read(
        std::string(api) +
        "Own: {Type: 'AWS::ApiGateway::Stage', Properties: {RestApiId: Api, StageName: own}}\n");
    EXPECT_EQ(apis.at(0).stage, "own");
    EXPECT_THAT(apis[0].stage_variables, IsEmpty());
    EXPECT_THAT(told(), IsEmpty());
}

TEST_F(ApisTest, IntegrationsCallTheAliasTheyName) {
    for (const auto& [written, qualifier] :
         std::initializer_list<std::pair<std::string, std::string>>{
             {std::string(function_arn), ""},
             {fmt::format("{}:live", function_arn), "live"},
             {"Live", "live"},
             {"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/Live/invocations",
              "live"},
             {fmt::format(
                  "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{}:live/"
                  "invocations",
                  function_arn),
              "live"}}) {
        const Integration integration =
            integration_of(rest, fmt::format("{{type: aws_proxy, uri: '{}'}}", written));
        EXPECT_EQ(std::get<LambdaIntegration>(integration).qualifier, qualifier) << written;
    }
}

// docs.aws.amazon.com/apigateway/latest/developerguide/aws-api-gateway-stage-variables-reference.html
TEST_F(ApisTest, StageVariablesNameAuthorizers) {
    const auto apis = read(R"(
Api: {Type: 'AWS::ApiGateway::RestApi', Properties: {Body: {paths: {/x: {get: {security: [{A: []}],
  x-amazon-apigateway-integration: {type: aws_proxy, uri: '${stageVariables.fn}'}}}}, securityDefinitions: {A:
  {type: apiKey, in: header, name: Authorization, x-amazon-apigateway-authorizer: {type: token, authorizerUri:
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:${stageVariables.fn}/invocations'}}}}}}
Stage: {Type: 'AWS::ApiGateway::Stage', Properties: {RestApiId: Api, StageName: s, Variables: {fn: Fn}}}
)");
    EXPECT_THAT(told(), IsEmpty());
    EXPECT_EQ(std::get<LambdaAuthorizer>(apis.at(0).authorizers.at("A").method).function, "Fn");
    EXPECT_EQ(std::get<LambdaIntegration>(apis[0].routes.at(0).integration).function, "Fn");
}

} // namespace
} // namespace samara::gateway
