// Request validators: required parameters and models, from OpenAPI 3, swagger 2 and resources.

#include "data/read.h"
#include "gateway/gateway.h"
#include "gateway/read/apis.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::gateway {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view integration =
    R"("x-amazon-apigateway-integration": {"type": "aws_proxy",
        "uri": "arn:aws:lambda:us-east-1:123456789012:function:Fn"})";

constexpr std::string_view user_schema =
    R"({"type": "object", "required": ["name"], "properties": {
        "name": {"type": "string", "pattern": "^[a-z]+$"},
        "age": {"type": "integer", "minimum": 0, "exclusiveMinimum": true},
        "friends": {"type": "array", "items": {"$ref": "REFERENCE"}}}})";

std::string user(std::string_view reference) {
    std::string schema(user_schema);
    schema.replace(schema.find("REFERENCE"), 9, reference);
    return schema;
}

constexpr std::string_view validators =
    R"("x-amazon-apigateway-request-validators": {
        "all": {"validateRequestBody": true, "validateRequestParameters": true},
        "body": {"validateRequestBody": true, "validateRequestParameters": false},
        "params": {"validateRequestBody": false, "validateRequestParameters": true}},)";

/// POST /x of a REST API with the members `operation`.
std::string rest_api(std::string_view operation, std::string_view document) {
    return fmt::format(
        R"({{"Fn": {{"Type": "AWS::Lambda::Function"}},
            "Api": {{"Type": "AWS::ApiGateway::RestApi", "Properties": {{"Body": {{ {} {}
              "paths": {{"/x": {{"post": {{ {}, {} }}}}}}}}}}}}}})",
        validators,
        document,
        operation,
        integration);
}

std::string swagger(std::string_view operation) {
    return rest_api(
        operation,
        fmt::format(
            R"("swagger": "2.0", "definitions": {{"user": {}}},)", user("#/definitions/user")));
}

std::string openapi3(std::string_view operation) {
    return rest_api(
        operation,
        fmt::format(
            R"("openapi": "3.0.1", "components": {{"schemas": {{"user": {}}}}},)",
            user("#/components/schemas/user")));
}

class RequestValidationTest : public testing::Test {
protected:
    void serve(const std::string& json) {
        diagnostics_.clear();
        const auto value = data::read_json(json, "resources");
        ASSERT_TRUE(value) << base::to_string(value.error()) << json;
        gateway_ = std::make_unique<Gateway>(
            read_apis(*value, {}, diagnostics_),
            [](const invoke::Request&) {
                invoke::Response response;
                response.payload = R"({"statusCode": 200})";
                return response;
            },
            GatewayOptions{});
    }

    net::HttpResponse
    post(std::string body, net::HttpHeaders headers = {}, std::string target = "/x") {
        net::HttpRequest request;
        request.method = "POST";
        request.target = std::move(target);
        request.headers = std::move(headers);
        request.headers.push_back({"Host", "localhost"});
        request.body = std::move(body);
        return gateway_->handle(request);
    }

    void check_users() {
        EXPECT_THAT(diagnostics_, IsEmpty());
        for (const char* good :
             {R"({"name": "ann"})",
              R"({"name": "ann", "age": 1, "friends": [{"name": "bob", "friends": []}]})"}) {
            EXPECT_EQ(post(good).status, 200) << good;
        }
        for (const char* bad :
             {"",
              "nonsense",
              "[]",
              "{}",
              R"({"name": 1})",
              R"({"name": "Ann"})",
              R"({"name": "ann", "age": 0})",
              R"({"name": "ann", "friends": [{"name": "bob", "friends": [{}]}]})"}) {
            const net::HttpResponse response = post(bad, {{"Content-Type", "application/json"}});
            EXPECT_EQ(response.status, 400) << bad;
            EXPECT_EQ(response.body, R"({"message":"Invalid request body"})");
        }
        EXPECT_EQ(post("<nonsense/>", {{"Content-Type", "text/xml"}}).status, 200);
    }

    base::Diagnostics diagnostics_;
    std::unique_ptr<Gateway> gateway_;
};

TEST_F(RequestValidationTest, RequiredParametersAreThereAndNotBlank) {
    serve(swagger(
        R"("x-amazon-apigateway-request-validator": "params", "parameters": [
            {"in": "query", "name": "page", "required": true, "type": "string"},
            {"in": "header", "name": "X-Who", "required": true, "type": "string"},
            {"in": "header", "name": "X-May", "required": false, "type": "string"},
            {"in": "body", "name": "user", "required": true, "schema": {"$ref": "#/definitions/user"}}])"));
    EXPECT_EQ(post("not checked", {{"x-who", "me"}}, "/x?page=1").status, 200);
    const net::HttpResponse response = post("");
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.body, R"({"message":"Missing required request parameters: [page, X-Who]"})");
    EXPECT_EQ(
        post("", {{"x-who", "me"}}, "/x?page=%20").body,
        R"({"message":"Missing required request parameters: [page]"})");
}

TEST_F(RequestValidationTest, BodiesMatchTheModelOfASwaggerDocument) {
    serve(swagger(
        R"("x-amazon-apigateway-request-validator": "body", "parameters": [
            {"in": "query", "name": "page", "required": true},
            {"in": "body", "name": "user", "schema": {"$ref": "#/definitions/user"}}])"));
    check_users();
}

TEST_F(RequestValidationTest, BodiesMatchTheModelOfAnOpenApiDocument) {
    serve(openapi3(
        R"("x-amazon-apigateway-request-validator": "body", "requestBody": {"required": true,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/user"}}}})"));
    check_users();
}

TEST_F(RequestValidationTest, BodiesMatchTheModelOfAMethod) {
    serve(fmt::format(
        R"({{"Fn": {{"Type": "AWS::Lambda::Function"}},
            "Api": {{"Type": "AWS::ApiGateway::RestApi", "Properties": {{"Name": "a"}}}},
            "Check": {{"Type": "AWS::ApiGateway::RequestValidator", "Properties": {{"RestApiId": "Api",
              "ValidateRequestBody": true, "ValidateRequestParameters": true}}}},
            "User": {{"Type": "AWS::ApiGateway::Model", "Properties": {{"RestApiId": "Api",
              "ContentType": "application/json", "Name": "UserModel", "Schema": {}}}}},
            "X": {{"Type": "AWS::ApiGateway::Resource", "Properties": {{"RestApiId": "Api", "PathPart": "x"}}}},
            "Post": {{"Type": "AWS::ApiGateway::Method", "Properties": {{"RestApiId": "Api", "ResourceId": "X",
              "HttpMethod": "POST", "RequestValidatorId": "Check",
              "RequestParameters": {{"method.request.header.X-May": false}},
              "RequestModels": {{"application/json": "User"}},
              "Integration": {{"Type": "AWS_PROXY",
                "Uri": "arn:aws:lambda:us-east-1:123456789012:function:Fn"}}}}}}}})",
        user("https://apigateway.amazonaws.com/restapis/Api/models/UserModel")));
    check_users();
}

TEST_F(RequestValidationTest, RequiredParametersOfAMethod) {
    serve(R"({"Fn": {"Type": "AWS::Lambda::Function"},
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "a"}},
        "Check": {"Type": "AWS::ApiGateway::RequestValidator", "Properties": {"RestApiId": "Api",
          "ValidateRequestParameters": "true"}},
        "X": {"Type": "AWS::ApiGateway::Resource", "Properties": {"RestApiId": "Api", "PathPart": "{id}"}},
        "Post": {"Type": "AWS::ApiGateway::Method", "Properties": {"RestApiId": "Api", "ResourceId": "X",
          "HttpMethod": "POST", "RequestValidatorId": "Check",
          "RequestParameters": {"method.request.path.id": true, "method.request.header.X-May": false,
            "method.request.querystring.a": true, "method.request.multivaluequerystring.b": true},
          "RequestModels": {"application/json": "Empty"},
          "Integration": {"Type": "AWS_PROXY",
            "Uri": "arn:aws:lambda:us-east-1:123456789012:function:Fn"}}}})");
    EXPECT_EQ(
        post("not checked", {}, "/1").body,
        R"({"message":"Missing required request parameters: [a, b]"})");
    EXPECT_EQ(post("not checked", {}, "/1?a=1&b=2&b=3").status, 200);
}

TEST_F(RequestValidationTest, NothingIsCheckedWithoutAValidator) {
    constexpr std::string_view parameters =
        R"("parameters": [{"in": "query", "name": "page", "required": true},
            {"in": "body", "name": "user", "required": true, "schema": {"type": "object"}}])";
    serve(swagger(parameters));
    EXPECT_EQ(post("nonsense").status, 200);
    // The API's own validator is for every operation that names none.
    std::string json = swagger(parameters);
    json.replace(
        json.find(R"("swagger")"),
        9,
        R"("x-amazon-apigateway-request-validator": "all", "swagger")");
    serve(json);
    EXPECT_EQ(post("{}").status, 400);
    EXPECT_EQ(post("nonsense", {}, "/x?page=1").status, 400);
    EXPECT_EQ(post("{}", {}, "/x?page=1").status, 200);
}

TEST_F(RequestValidationTest, ABodyThatIsNotRequiredMayBeMissing) {
    serve(openapi3(
        R"("x-amazon-apigateway-request-validator": "body", "requestBody": {"required": false,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/user"}}}})"));
    EXPECT_EQ(post("").status, 200);
    EXPECT_EQ(post("{}").status, 400);
}

TEST_F(RequestValidationTest, GatewayResponsesTellWhatIsWrong) {
    std::string json = swagger(
        R"("x-amazon-apigateway-request-validator": "all", "parameters": [
            {"in": "header", "name": "X-Who", "required": true},
            {"in": "body", "name": "user", "schema": {"$ref": "#/definitions/user"}}])");
    json.replace(json.find(R"("swagger")"), 9, R"("x-amazon-apigateway-gateway-responses": {
        "BAD_REQUEST_PARAMETERS": {"statusCode": 422, "responseTemplates": {"text/plain": "$context.error.message"}},
        "BAD_REQUEST_BODY": {"responseTemplates": {"text/plain": "$context.error.validationErrorString"}}},
        "swagger")");
    serve(json);
    const net::HttpResponse parameters = post("{}");
    EXPECT_EQ(parameters.status, 422);
    EXPECT_EQ(parameters.body, "Missing required request parameters: [X-Who]");
    const net::HttpResponse body = post(R"({"name": 1})", {{"X-Who", "me"}});
    EXPECT_EQ(body.status, 400);
    EXPECT_EQ(body.body, "[name cannot be a number]");
    EXPECT_EQ(
        *net::find_header(body.headers, "x-amzn-ErrorType"), std::string("BadRequestException"));
}

TEST_F(RequestValidationTest, LongTextsDoNotReachTheRegularExpressions) {
    serve(swagger(
        R"("x-amazon-apigateway-request-validator": "body", "parameters": [
            {"in": "body", "name": "user", "schema": {"$ref": "#/definitions/user"}}])"));
    EXPECT_EQ(post(fmt::format(R"({{"name": "{}"}})", std::string(8'000, 'a'))).status, 200);
    EXPECT_EQ(post(fmt::format(R"({{"name": "{}"}})", std::string(4'000'000, 'a'))).status, 400);
}

TEST_F(RequestValidationTest, AModelThatIsNoSchemaIsTold) {
    serve(swagger(
        R"("x-amazon-apigateway-request-validator": "body", "parameters": [
            {"in": "body", "name": "user", "schema": {"type": "no such type"}}])"));
    ASSERT_THAT(diagnostics_, SizeIs(1));
    EXPECT_THAT(
        diagnostics_.front().error.message,
        HasSubstr("POST /x: its requests are not validated: the schema cannot be used"));
    EXPECT_EQ(post("{}").status, 200);
}

} // namespace
} // namespace samara::gateway
