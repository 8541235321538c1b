// Bytes from a client through the HTTP parser, the router, authorizers, the event and the response.
// Whatever comes in, events have to be JSON and answers complete.

#include "data/read.h"
#include "gateway/gateway.h"
#include "gateway/read/apis.h"
#include "support/read_request.h"

#include <cstdlib>

namespace {

using namespace samara;

constexpr std::string_view template_json = R"({
  "Fn": {"Type": "AWS::Lambda::Function"},
  "Http": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": {
    "x-amazon-apigateway-cors": {"allowOrigins": ["https://*"], "allowMethods": ["*"]},
    "components": {"securitySchemes": {"J": {"x-amazon-apigateway-authorizer": {"type": "jwt",
      "jwtConfiguration": {"issuer": "https://i", "audience": ["a"]}}}}},
    "paths": {
      "/a/{x}/b": {"get": {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": "Fn"}}},
      "/p/{proxy+}": {"x-amazon-apigateway-any-method": {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": "Fn", "payloadFormatVersion": "1.0"}}},
      "/jwt": {"get": {"security": [{"J": []}], "x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": "Fn"}}}}}}},
  "Rest": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": {
    "securityDefinitions": {"I": {"x-amazon-apigateway-authtype": "awsSigv4"}},
    "x-amazon-apigateway-binary-media-types": ["image/*"],
    "x-amazon-apigateway-minimum-compression-size": 4,
    "x-amazon-apigateway-gateway-responses": {"DEFAULT_4XX": {
      "responseParameters": {"gatewayresponse.header.X-Q": "method.request.querystring.q", "gatewayresponse.header.X-P": "context.path"},
      "responseTemplates": {"text/plain": "$context.error.validationErrorString $method.request.header.a $context.identity.userAgent"}}},
    "x-amazon-apigateway-request-validators": {"all": {"validateRequestBody": true, "validateRequestParameters": true}},
    "definitions": {"user": {"type": "object", "required": ["n"], "additionalProperties": {"$ref": "#/definitions/user"}, "properties": {
      "n": {"type": "string", "pattern": "^(a|b)*$"}, "d": {"format": "date-time"}, "e": {"enum": [1, "x", null]}}}},
    "paths": {
      "/r/{id}": {"x-amazon-apigateway-any-method": {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": "Fn"}}},
      "/checked": {"post": {"x-amazon-apigateway-request-validator": "all",
        "parameters": [{"in": "query", "name": "q", "required": true}, {"in": "body", "name": "u", "schema": {"$ref": "#/definitions/user"}}],
        "x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": "Fn"}}},
      "/iam": {"get": {"security": [{"I": []}], "x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": "Fn"}}}}}}}})";

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

/// The function answers with the body of the request, so that the input is a result too.
base::Result<invoke::Response> call(const invoke::Request& request) {
    const auto event = data::read_json(request.payload, "event");
    require(event.has_value());
    invoke::Response response;
    const data::Value* body = event->find("body");
    response.payload = body == nullptr ? "null" : std::string(body->text());
    return response;
}

gateway::Gateway& the_gateway() {
    static gateway::Gateway instance = [] {
        base::Diagnostics diagnostics;
        gateway::GatewayOptions options;
        jose::IssuerKeysOptions keys;
        keys.jwks = *jose::JwtKeySet::parse(jose::write_jwks(*jose::Key::generate(), "k"));
        options.authorization.keys = std::make_shared<jose::IssuerKeys>(std::move(keys));
        auto credentials = aws_client::parse_credentials(
            "[default]\naws_access_key_id=A\naws_secret_access_key=s\n", "f");
        require(credentials.has_value());
        options.authorization.iam =
            std::make_shared<const aws_client::IamCredentials>(std::move(*credentials));
        return gateway::Gateway(
            gateway::read_apis(*data::read_json(template_json, "template"), {}, diagnostics),
            call,
            std::move(options));
    }();
    return instance;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(bytes), size);
    const auto request = test::read_request(input);
    if (!request) {
        return 0;
    }
    const net::HttpResponse response = the_gateway().handle(*request);
    require(response.status >= 100 && response.status <= 599);
    const std::string encoded = net::encode_head(response, response.body.size(), true);
    require(encoded.find("\r\n\r\n") == encoded.size() - 4); // no header can end the head early
    return 0;
}
