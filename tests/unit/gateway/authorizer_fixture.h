#pragma once

#include "data/read.h"
#include "gateway/gateway.h"
#include "gateway/read/apis.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

/// What the tests of authorizers share: APIs with one route, and a gateway before two functions.
namespace samara::gateway {

inline constexpr std::string_view lambda_uri =
    "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/"
    "arn:aws:lambda:us-east-1:123456789012:function:{}/invocations";

inline std::string uri(std::string_view function) {
    return fmt::format(fmt::runtime(lambda_uri), function);
}

/// One API with route GET /x behind authorizer A.
inline std::string resources(
    std::string_view type,
    std::string_view version,
    std::string_view scheme,
    std::string_view scopes = "[]") {
    const bool rest = type == "AWS::ApiGateway::RestApi";
    return fmt::format(
        R"({{"Fn": {{"Type": "AWS::Lambda::Function"}}, "Auth": {{"Type": "AWS::Lambda::Function"}},
            "Api": {{"Type": "{}", "Properties": {{"Body": {{
              "paths": {{"/x": {{"get": {{"security": [{{"A": {}}}],
                "x-amazon-apigateway-integration": {{"type": "aws_proxy", "uri": "{}", "payloadFormatVersion": "{}"}}}}}}}},
              "{}": {}}}}}}}}})",
        type,
        scopes,
        uri("Fn"),
        version,
        rest ? "securityDefinitions" : "components",
        rest ? fmt::format(R"({{"A": {}}})", scheme)
             : fmt::format(R"({{"securitySchemes": {{"A": {}}}}})", scheme));
}

inline std::string http_resources(std::string_view scheme, std::string_view scopes = "[]") {
    return resources("AWS::ApiGatewayV2::Api", "2.0", scheme, scopes);
}

inline std::string rest_resources(std::string_view scheme) {
    return resources("AWS::ApiGateway::RestApi", "1.0", scheme);
}

/// A gateway with its functions: Fn notes its event, Auth answers `verdict`.
class AuthorizerTest : public testing::Test {
protected:
    void serve(const std::string& json, AuthorizationOptions options = {}) {
        const auto value = data::read_json(json, "resources");
        ASSERT_TRUE(value) << base::to_string(value.error()) << json;
        GatewayOptions gateway;
        gateway.authorization = std::move(options);
        gateway.access_log = [this](const serving::AccessRecord& record) { log_ = record.error; };
        gateway_ = std::make_unique<Gateway>(
            read_apis(*value, {}, diagnostics_),
            [this](const invoke::Request& request) { return call(request); },
            std::move(gateway));
    }

    base::Result<invoke::Response> call(const invoke::Request& request) {
        invoke::Response response;
        if (request.function == "Auth") {
            authorizer_events_.push_back(request.payload);
            response.payload = verdict_;
            response.function_error = verdict_error_;
        } else {
            event_ = request.payload;
            response.payload = R"({"statusCode": 200, "body": "in"})";
        }
        return response;
    }

    net::HttpResponse get(net::HttpHeaders headers = {}, std::string target = "/x") {
        net::HttpRequest request;
        request.method = "GET";
        request.target = std::move(target);
        request.headers = std::move(headers);
        request.headers.push_back({"Host", "localhost"});
        request.remote_address = "127.0.0.1";
        net::HttpResponse response = gateway_->handle(request);
        response.answered();
        return response;
    }

    base::Diagnostics diagnostics_;
    std::unique_ptr<Gateway> gateway_;
    std::string verdict_;
    std::string verdict_error_;
    std::vector<std::string> authorizer_events_;
    std::string event_;
    std::string log_;
};

inline std::string simple_scheme(int ttl = 300) {
    return fmt::format(
        R"({{"type": "apiKey", "x-amazon-apigateway-authorizer": {{"type": "request",
            "authorizerPayloadFormatVersion": 2.0, "enableSimpleResponses": true,
            "authorizerResultTtlInSeconds": {}, "identitySource": ["$request.header.Authorization"],
            "authorizerUri": "{}"}}}})",
        ttl,
        uri("Auth"));
}

inline std::string token_scheme(std::string_view more = "") {
    return fmt::format(
        R"({{"type": "apiKey", "name": "Authorization", "in": "header",
            "x-amazon-apigateway-authorizer": {{"type": "token", {} "authorizerUri": "{}"}}}})",
        more,
        uri("Auth"));
}

} // namespace samara::gateway
