// Integrations with templates: what the integration is asked, and what the client gets. Each row
// names the page of docs.aws.amazon.com/apigateway/latest/developerguide/ that it is from.

#include "unit/gateway/integration_fixture.h"

namespace samara::gateway {
namespace {

using testing::HasSubstr;

// api-gateway-mapping-template-reference.html
TEST_F(IntegrationTest, TemplatesMakeTheEventOfAFunction) {
    struct Row {
        std::string_view written;
        std::string_view event;
    };

    for (
        const Row& row : {
            Row{R"({"method": "$context.httpMethod", "body": $input.json('$')})",
                R"({"method": "POST", "body": {"a":[1,2]}})"},
            Row{R"-({"id": "$input.params('id')", "q": "$input.params().querystring.q"})-",
                R"({"id": "7", "q": "a b"})"},
            Row{R"({"stage": "$context.stage", "team": "$stageVariables.team", "none": "$stageVariables.none$context.authorizer.none"})",
                R"({"stage": "v1", "team": "red", "none": ""})"},
            Row{R"-({"path": "$context.resourcePath", "api": "$context.apiId", "raw": "$util.base64Encode($input.body)"})-",
                R"({"path": "/x/{id}", "api": "Api", "raw": "eyJhIjpbMSwyXX0="})"},
            Row{R"-([#foreach($n in $input.path('$.a'))$n#if($foreach.hasNext), #end#end])-",
                "[1, 2]"},
        }) {
        serve(fmt::format(
            "{{type: aws, uri: '$fn', requestTemplates: {{application/json: '{}'}}, responses: "
            "{{default: {{statusCode: 200}}}}}}",
            base::replace_all(row.written, "'", "''")));
        reply(R"({"done": true})");
        const auto response = ask(post("application/json", R"({"a":[1,2]})", "/x/7?q=a%20b"));
        EXPECT_EQ(response.status, 200) << logged_;
        EXPECT_EQ(response.body, R"({"done": true})");
        EXPECT_EQ(header(response, "Content-Type"), "application/json");
        EXPECT_EQ(asked_.payload, row.event) << row.written;
        EXPECT_EQ(asked_.type, invoke::InvocationType::request_response);
    }
}

// An event loop has little time for one request: what needs more goes on elsewhere, and is the
// same.
TEST_F(IntegrationTest, OnAnEventLoopNothingIsMissing) {
    struct Row {
        std::string_view written;
        std::string body;
        std::string event;
    };

    const std::string many(1000, 'x');
    const std::string large(200'000, 'y');
    for (const Row& row :
         {Row{"\"#foreach($i in [1..900])#foreach($j in [1..10])x#end#end\"",
              "{}",
              '"' + std::string(9000, 'x') + '"'},
          Row{"\"$input.path('$.t').replaceAll('[a]', 'b')\"", R"({"t": "aca"})", "\"bcb\""},
          Row{"$input.json('$.t')", R"({"t": ")" + many + R"("})", '"' + many + '"'},
          Row{"$input.json('$.t')", R"({"t": ")" + large + R"("})", '"' + large + '"'}}) {
        serve(fmt::format(
            "{{type: aws, uri: '$fn', requestTemplates: {{application/json: '{}'}}, responses: "
            "{{default: {{statusCode: 200, responseTemplates: {{application/json: "
            "\"$input.json('$')\"}}}}}}}}",
            base::replace_all(row.written, "'", "''")));
        for (const std::string& answer : {many, large}) {
            reply('"' + answer + '"');
            const auto response = ask_on_loop(post("application/json", row.body));
            EXPECT_EQ(response.status, 200) << row.written;
            EXPECT_TRUE(asked_.payload == row.event) << row.written;
            EXPECT_TRUE(response.body == '"' + answer + '"') << response.body.substr(0, 200);
        }
    }
    serve("{type: mock, requestTemplates: {application/json: '#foreach($i in [1..900])"
          "#foreach($j in [1..10]) #end#end{\"statusCode\": 202}'}, "
          "responses: {202: {statusCode: 202}}}");
    EXPECT_EQ(ask_on_loop(post("application/json", "{}")).status, 202);
}

// A loop in which nothing ends is refused there, too.
TEST_F(IntegrationTest, OnAnEventLoopTemplatesHaveTheirLimits) {
    serve("{type: aws, uri: '$fn', requestTemplates: {application/json: '#macro(m)#m()#end#m()'}, "
          "responses: {default: {statusCode: 200}}}");
    EXPECT_EQ(ask_on_loop(post("application/json", "{}")).status, 500);
    EXPECT_EQ(asked_.function, "");
}

// integration-passthrough-behaviors.html: its three tables, row by row
TEST_F(IntegrationTest, PassthroughOfPayloadsWithoutTemplate) {
    struct Row {
        std::string_view templates;
        std::string_view type;
        std::array<int, 3> statuses; ///< WHEN_NO_MATCH, WHEN_NO_TEMPLATES, NEVER; 0: mapped
    };

    constexpr std::array<std::string_view, 3> behaviors{
        "WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"};
    for (const Row& row : {
             Row{"application/json: '\"mapped\"'", "", {0, 0, 0}},
             Row{"application/json: '\"mapped\"'", "application/json; charset=utf-8", {0, 0, 0}},
             Row{"application/json: '\"mapped\"'", "application/xml", {200, 415, 415}},
             Row{"application/xml: '\"mapped\"'", "", {200, 415, 415}},
             Row{"application/xml: '\"mapped\"'", "application/xml", {0, 0, 0}},
             Row{"", "application/json", {200, 200, 415}},
             Row{"", "", {200, 200, 415}},
         }) {
        for (std::size_t i = 0; i < behaviors.size(); ++i) {
            serve(fmt::format(
                "{{type: aws, uri: '$fn', passthroughBehavior: {}, requestTemplates: {{{}}}, "
                "responses: {{default: {{statusCode: 200}}}}}}",
                behaviors[i],
                row.templates));
            reply("1");
            const auto response = ask(post(std::string(row.type), "[5]"));
            EXPECT_EQ(response.status, row.statuses[i] == 0 ? 200 : row.statuses[i]);
            EXPECT_EQ(
                asked_.payload,
                row.statuses[i] == 415 ? "" : (row.statuses[i] == 0 ? "\"mapped\"" : "[5]"))
                << row.templates << ' ' << row.type << ' ' << behaviors[i];
            if (response.status == 415) {
                EXPECT_EQ(response.body, R"({"message":"Unsupported Media Type"})");
            }
        }
    }
}

// handle-errors-in-lambda-integration.html
TEST_F(IntegrationTest, ErrorsOfAFunctionSelectTheResponse) {
    serve(R"({type: aws, uri: '$fn', responses: {
      default: {statusCode: 200},
      '.*Not found.*': {statusCode: 404, responseTemplates: {application/json: '{"why": $input.json("$.errorMessage")}'}},
      'Malformed.*': {statusCode: 400, responseParameters: {method.response.header.X-Why: integration.response.body.errorType}},
      '5\d\d': {statusCode: 502}}})");

    struct Row {
        std::string_view message;
        int status;
        std::string_view body;
    };

    for (const Row& row : {
             Row{"Item Not found here", 404, R"({"why": "Item Not found here"})"},
             Row{"Malformed x", 400, R"({"errorMessage": "Malformed x", "errorType": "E"})"},
             Row{"not Malformed", 200, R"({"errorMessage": "not Malformed", "errorType": "E"})"},
             Row{"503", 502, R"({"errorMessage": "503", "errorType": "E"})"},
         }) {
        reply(
            fmt::format(R"({{"errorMessage": "{}", "errorType": "E"}})", row.message), "Unhandled");
        const auto response = ask();
        EXPECT_EQ(response.status, row.status) << row.message;
        EXPECT_EQ(response.body, row.body);
        EXPECT_EQ(header(response, "X-Why"), row.status == 400 ? "E" : "");
    }
    reply(R"("Not found")"); // a result is no error, whatever it says
    EXPECT_EQ(ask().status, 200);
}

// set-up-lambda-integration-async.html
TEST_F(IntegrationTest, FunctionsMayBeCalledWithoutWaiting) {
    for (const std::string_view value : {"''Event''", "method.request.header.How"}) {
        serve(fmt::format(
            "{{type: aws, uri: '$fn', requestParameters: "
            "{{integration.request.header.X-Amz-Invocation-Type: '{}'}}, "
            "responses: {{default: {{statusCode: 202}}}}}}",
            value));
        reply_ = {};
        reply_.status = 202;
        const auto response = ask({"GET", "/x/7", {{"How", "Event"}}, {}, {}});
        EXPECT_EQ(response.status, 202);
        EXPECT_EQ(asked_.type, invoke::InvocationType::event);
        EXPECT_EQ(asked_.payload, "{}");
    }
}

// request-response-data-mappings.html, apigateway-override-request-response-parameters.html
TEST_F(IntegrationTest, ResponsesHaveParametersTemplatesAndOverrides) {
    struct Row {
        std::string_view response;
        int status;
        std::string_view header;
        std::string_view body;
    };

    for (const Row& row : {
             Row{"responseParameters: {method.response.header.X-H: '''fixed'''}",
                 201,
                 "fixed",
                 R"({"a": {"b": "c"}})"},
             Row{"responseParameters: {method.response.header.X-H: integration.response.body.a.b}",
                 201,
                 "c",
                 R"({"a": {"b": "c"}})"},
             Row{"responseParameters: {method.response.header.X-H: context.httpMethod}",
                 201,
                 "GET",
                 R"({"a": {"b": "c"}})"},
             Row{"responseParameters: {method.response.header.X-H: stageVariables.team}",
                 201,
                 "red",
                 R"({"a": {"b": "c"}})"},
             Row{"responseParameters: {method.response.header.X-H: "
                 "integration.response.header.None}",
                 201,
                 "",
                 R"({"a": {"b": "c"}})"},
             Row{"responseTemplates: {application/json: '$input.json(\"$.a\")'}",
                 201,
                 "",
                 R"({"b":"c"})"},
             Row{"responseTemplates: {application/json: '#set($context.responseOverride.status = "
                 "418)x'}",
                 418,
                 "",
                 "x"},
             Row{"responseTemplates: {application/json: '#set($context.responseOverride.header.X-H "
                 "= $input.path(\"$.a.b\"))x'}",
                 201,
                 "c",
                 "x"},
             Row{"responseTemplates: {application/json: '#set($context.responseOverride.status = "
                 "9)x'}",
                 201,
                 "",
                 "x"},
         }) {
        serve(fmt::format(
            "{{type: aws, uri: '$fn', responses: {{default: {{statusCode: 201, {}}}}}}}",
            row.response));
        reply(R"({"a": {"b": "c"}})");
        const auto response = ask();
        EXPECT_EQ(response.status, row.status) << row.response << logged_;
        EXPECT_EQ(header(response, "X-H"), row.header) << row.response;
        EXPECT_EQ(response.body, row.body) << row.response;
    }
}

// models-mappings.html: what fails is API_CONFIGURATION_ERROR, told in the log only
TEST_F(IntegrationTest, WhatFailsIsToldInTheLog) {
    struct Row {
        std::string_view integration;
        int status;
        std::string_view logged;
    };

    for (const Row& row : {
             Row{"{type: aws, uri: '$fn', requestTemplates: {application/json: 'a "
                 "$input.json(\"$[\")'}}",
                 500,
                 "requestTemplates 'application/json':1:9:"},
             Row{"{type: aws, uri: '$fn', responses: {default: {responseTemplates: {text/plain: "
                 "'#set($s = \"a\")$s.charAt(3)'}}}}",
                 500,
                 "responseTemplates 'text/plain':1:17:"},
             Row{"{type: aws, uri: '$fn', responses: {'4..': {statusCode: 400}}}",
                 500,
                 "no default one"},
             Row{"{type: aws, uri: '$fn', requestTemplates: {application/json: '{'}}",
                 400,
                 "Could not parse request body into json"},
             Row{"{type: mock, requestTemplates: {application/json: '{\"statusCode\": 300}'}, "
                 "responses: {'2..': {}, '4..': {}}}",
                 500,
                 "no response for '300'"},
             Row{"{type: aws, uri: '$fn', requestTemplates: {application/json: '#foreach($a in "
                 "[1..1000])#foreach($b in [1..1000])#set($x = $b)#end#end'}}",
                 500,
                 "steps"},
         }) {
        serve(row.integration);
        reply("1");
        const auto response = ask();
        EXPECT_EQ(response.status, row.status) << row.integration;
        EXPECT_THAT(logged_, HasSubstr(row.logged));
        if (row.status == 500) {
            EXPECT_EQ(response.body, R"({"message":"Internal server error"})");
            EXPECT_EQ(header(response, "x-amzn-ErrorType"), "InternalServerErrorException");
        }
    }
}

// how-to-mock-integration.html
TEST_F(IntegrationTest, MocksChooseByTheirTemplates) {
    serve(
        R"-({type: mock, requestTemplates: {application/json: '#if($input.params("id") == "7"){"statusCode": 404}#else{"statusCode": 200}#end'},
      responses: {'404': {statusCode: 404, responseTemplates: {application/json: '{"id": "$input.params(''id'')"}'}},
                  default: {statusCode: 200, responseTemplates: {text/plain: fine}}}})-");
    auto response = ask();
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.body, R"({"id": "7"})");
    response = ask({"GET", "/x/8", {}, {}, {}});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "fine");
    EXPECT_EQ(header(response, "Content-Type"), "text/plain");
}

// how-to-mock-integration.html: the template returns a status; without one there is the default
// response.
TEST_F(IntegrationTest, ATemplateOfAMockGivesAStatus) {
    for (const char* made :
         {R"({"message": "hi"})", R"({"statusCode": "many"})", "plain text", ""}) {
        serve(fmt::format(
            "{{type: mock, requestTemplates: {{application/json: '{}'}}, "
            "responses: {{default: {{statusCode: 200}}}}}}",
            made));
        EXPECT_EQ(ask().status, 500) << made;
    }
    serve("{type: mock, responses: {'404': {statusCode: 404}, default: {statusCode: 200}}}");
    EXPECT_EQ(ask().status, 200);
}

} // namespace
} // namespace samara::gateway
