// What is told of an API that cannot be served as it is written.

#include "data/read.h"
#include "gateway/read/apis.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace samara::gateway {
namespace {

constexpr std::string_view rest = "AWS::ApiGateway::RestApi";
constexpr std::string_view http = "AWS::ApiGatewayV2::Api";

struct Row {
    const char* text;    ///< of an API's body, or of its authorizer A, in flow style
    const char* message; ///< in the only line that is told; empty: nothing is
};

std::vector<std::string> told_of(std::string_view type, std::string_view body) {
    const std::string text = fmt::format(
        "Fn: {{Type: 'AWS::Lambda::Function', Properties: {{}}}}\n"
        "Api: {{Type: '{}', Properties: {{Body: {{{}}}}}}}\n"
        "Stage: {{Type: '{}', Properties: {{RestApiId: Api, ApiId: Api, StageName: s}}}}\n",
        type,
        body,
        type == rest ? "AWS::ApiGateway::Stage" : "AWS::ApiGatewayV2::Stage");
    const auto resources = data::read_yaml(text, "template.yaml");
    EXPECT_TRUE(resources) << base::to_string(resources.error());
    base::Diagnostics diagnostics;
    EXPECT_EQ(read_apis(*resources, {}, diagnostics).size(), 1U);
    std::vector<std::string> told;
    for (const base::Diagnostic& diagnostic : diagnostics) {
        told.push_back(diagnostic.error.message);
    }
    return told;
}

void expect_row(const Row& row, const std::vector<std::string>& told) {
    if (*row.message == '\0') {
        EXPECT_THAT(told, testing::IsEmpty()) << row.text;
    } else {
        EXPECT_THAT(told, testing::ElementsAre(testing::HasSubstr(row.message))) << row.text;
    }
}

/// Of GET /x behind the authorizer.
template <std::size_t count>
void expect_authorizers(std::string_view type, std::string_view schemes, const Row (&rows)[count]) {
    for (const Row& row : rows) {
        expect_row(
            row,
            told_of(
                type,
                fmt::format(
                    "paths: {{/x: {{get: {{security: [{{A: []}}], x-amazon-apigateway-integration: "
                    "{{type: aws_proxy, uri: Fn}}}}}}}}, {}: {{A: {{{}}}}}",
                    schemes,
                    row.text) +
                    (type == http ? "}" : "")));
    }
}

template <std::size_t count>
void expect_bodies(std::string_view type, const Row (&rows)[count]) {
    for (const Row& row : rows) {
        expect_row(row, told_of(type, row.text));
    }
}

TEST(Told, OfAuthorizers) {
    constexpr Row rows[] = {
        {"type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: custom, "
         "x-amazon-apigateway-authorizer: {type: token, authorizerUri: Fn}",
         ""},
        {"type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: custom, "
         "x-amazon-apigateway-authorizer: {type: token, authorizerUri: other}",
         "authorizer 'A': no function of this template is at authorizer URI 'other'"},
        {"type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: custom, "
         "x-amazon-apigateway-authorizer: {type: token}",
         "authorizer 'A': no function of this template is at authorizer URI ''"},
        {"type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: custom, "
         "x-amazon-apigateway-authorizer: {type: request, authorizerUri: Fn}",
         "authorizer 'A': it has no valid identity source, which caching of its verdicts needs"},
        {"type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: custom, "
         "x-amazon-apigateway-authorizer: {type: request, authorizerUri: Fn, "
         "authorizerResultTtlInSeconds: 0}",
         ""},
        {"type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: custom, "
         "x-amazon-apigateway-authorizer: {type: request, identitySource: bad, authorizerUri: Fn}",
         "authorizer 'A': identity source 'bad' cannot be parsed"},
        {"type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: custom, "
         "x-amazon-apigateway-authorizer: {type: request, identitySource: method.request.header.X, "
         "authorizerUri: Fn}",
         ""},
        {"type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: custom, "
         "x-amazon-apigateway-authorizer: {type: other, authorizerUri: Fn}",
         "authorizer 'A': its type 'other' is not known for this kind of API"},
        {"type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: "
         "cognito_user_pools, x-amazon-apigateway-authorizer: {type: cognito_user_pools}",
         "authorizer 'A': it names no user pool"},
        {"type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: "
         "cognito_user_pools, x-amazon-apigateway-authorizer: {type: cognito_user_pools, "
         "providerARNs: [x]}",
         "authorizer 'A': 'x' is not the ARN of a user pool"},
        {"type: apiKey, name: x-api-key, in: header",
         "GET /x of this API wants an API key (ApiKeyRequired)"},
        {"type: oauth2", "authorizer 'A': it has no x-amazon-apigateway-authorizer"},
        {"type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: custom, "
         "x-amazon-apigateway-authorizer: {type: token, identityValidationExpression: '[', "
         "authorizerUri: Fn}",
         "authorizer 'A': validation expression '[' cannot be parsed: missing terminating ] for "
         "character class at offset 1"},
    };
    expect_authorizers(rest, "securityDefinitions", rows);
}

TEST(Told, OfRoutes) {
    constexpr Row rows[] = {
        {"paths: {x: {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: Fn}}}}",
         "AWS refuses the path 'x', which does not begin with a slash; it is served at /x"},
        {"paths: {/x: {got: {x-amazon-apigateway-integration: {type: aws_proxy, uri: Fn}}}}",
         "API Gateway has no method GOT: /x does not answer to it"},
        {"paths: {/x: {x-amazon-apigateway-any-method: {x-amazon-apigateway-integration: {type: "
         "aws_proxy, uri: Fn}}}}",
         ""},
        {"paths: {/x: {parameters: []}}", ""},
        {"paths: {/x: {get: {}}}", "GET /x: it has no integration; it answers 502"},
        {"paths: {/x: {get: text}}", "GET /x: it has no integration; it answers 502"},
        {"paths: {/x: text}", ""},
        {"paths: text", ""},
        {"paths: {'/{a': {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: Fn}}}}",
         ""},
        {"paths: {'/{a+}/b': {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: Fn}}}}",
         ""},
    };
    expect_bodies(rest, rows);
}

TEST(Told, OfSizes) {
    constexpr Row rows[] = {
        {"paths: {}, x-amazon-apigateway-minimum-compression-size: 0", ""},
        {"paths: {}, x-amazon-apigateway-minimum-compression-size: 10485760", ""},
        {"paths: {}, x-amazon-apigateway-minimum-compression-size: 10485761",
         "x-amazon-apigateway-minimum-compression-size has to be a number of bytes from 0 to "
         "10485760; nothing is compressed"},
        {"paths: {}, x-amazon-apigateway-minimum-compression-size: -1",
         "x-amazon-apigateway-minimum-compression-size has to be a number of bytes from 0 to "
         "10485760; nothing is compressed"},
        {"paths: {}, x-amazon-apigateway-minimum-compression-size: text",
         "x-amazon-apigateway-minimum-compression-size has to be a number of bytes from 0 to "
         "10485760; nothing is compressed"},
        {"paths: {}, x-amazon-apigateway-minimum-compression-size: 1.5",
         "x-amazon-apigateway-minimum-compression-size has to be a number of bytes from 0 to "
         "10485760; nothing is compressed"},
        {"paths: {}, x-amazon-apigateway-minimum-compression-size: []",
         "x-amazon-apigateway-minimum-compression-size has to be a number of bytes from 0 to "
         "10485760; nothing is compressed"},
    };
    expect_bodies(rest, rows);
}

TEST(Told, OfIntegrations) {
    constexpr Row rows[] = {
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: other}}}}",
         "GET /x: integration type 'other' is none that API Gateway has; it answers 501"},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {uri: other}}}}",
         "GET /x: the type of its integration is not known; it answers 502"},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: aws_proxy}}}}",
         "GET /x: its integration URI is not known; it answers 502"},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: other}}}}",
         "GET /x: no function of this template is at integration URI 'other'; it answers 502"},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: "
         "'arn:aws:lambda:us-east-1:123456789012:function:Gone'}}}}",
         "GET /x: no function of this template is at integration URI "
         "'arn:aws:lambda:us-east-1:123456789012:function:Gone'; it answers 502"},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: aws, uri: "
         "'arn:aws:apigateway:r:sqs:path/q'}}}}",
         "GET /x: service integration 'arn:aws:apigateway:r:sqs:path/q' is not served locally; it "
         "answers 501"},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: http_proxy}}}}",
         "GET /x: its integration URI '' is no URL of a server; it answers 501"},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: http_proxy, uri: 'ftp://x', "
         "httpMethod: GET}}}}",
         "GET /x: its integration URI 'ftp://x' is no URL of a server; it answers 501"},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: http_proxy, uri: 'http://x', "
         "connectionType: VPC_LINK, connectionId: c, httpMethod: GET}}}}",
         "GET /x: what is behind a VPC link is not served locally (connection 'c'); it answers "
         "501"},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: http_proxy, uri: "
         "'http://127.0.0.1:1/', httpMethod: GET}}}}",
         ""},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: mock}}}}", ""},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: http, uri: "
         "'http://127.0.0.1:1/', httpMethod: GET, responses: {'[': {statusCode: 200}}}}}}",
         "GET /x: its mapping cannot be evaluated: the pattern '[' of a response is none: missing "
         "terminating ] for character class at offset 1; it answers 500"},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: aws_proxy, timeoutInMillis: "
         "1, uri: Fn}}}}",
         ""},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: aws_proxy, timeoutInMillis: "
         "900000, uri: Fn}}}}",
         ""},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: aws_proxy, contentHandling: "
         "OTHER, uri: Fn}}}}",
         ""},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: aws_proxy, "
         "passthroughBehavior: other, uri: Fn}}}}",
         ""},
    };
    expect_bodies(rest, rows);
}

TEST(Told, OfHttpAuthorizers) {
    constexpr Row rows[] = {
        {"type: oauth2, x-amazon-apigateway-authorizer: {type: jwt, identitySource: "
         "$request.header.Authorization, jwtConfiguration: {issuer: 'https://i', audience: [a]}}",
         ""},
        {"type: oauth2, x-amazon-apigateway-authorizer: {type: jwt, identitySource: "
         "$request.header.Authorization, jwtConfiguration: {}}",
         "authorizer 'A': its jwtConfiguration has no issuer"},
        {"type: oauth2, x-amazon-apigateway-authorizer: {type: jwt, identitySource: "
         "$request.header.Authorization}",
         "authorizer 'A': it has no jwtConfiguration"},
        {"type: oauth2, x-amazon-apigateway-authorizer: {type: jwt, identitySource: bad, "
         "jwtConfiguration: {issuer: 'https://i'}}",
         "authorizer 'A': identity source 'bad' cannot be parsed"},
        {"type: oauth2, x-amazon-apigateway-authorizer: {type: jwt, jwtConfiguration: {issuer: "
         "'https://i'}}",
         ""},
        {"type: oauth2, x-amazon-apigateway-authorizer: {type: request, authorizerUri: Fn, "
         "authorizerPayloadFormatVersion: '2.0'}",
         ""},
        {"type: oauth2, x-amazon-apigateway-authorizer: {type: request, authorizerUri: Fn, "
         "authorizerPayloadFormatVersion: '3.0'}",
         "authorizer 'A': AuthorizerPayloadFormatVersion has to be '1.0' or '2.0', not '3.0'"},
        {"type: oauth2, x-amazon-apigateway-authorizer: {type: request, authorizerUri: Fn}",
         "authorizer 'A': AuthorizerPayloadFormatVersion has to be '1.0' or '2.0', not ''"},
        {"type: oauth2, x-amazon-apigateway-authorizer: {type: request, authorizerUri: Fn, "
         "authorizerPayloadFormatVersion: '1.0', enableSimpleResponses: true}",
         "authorizer 'A': EnableSimpleResponses needs payload format version 2.0"},
        {"type: oauth2, x-amazon-apigateway-authorizer: {type: request, authorizerUri: other, "
         "authorizerPayloadFormatVersion: '2.0'}",
         "authorizer 'A': no function of this template is at authorizer URI 'other'"},
        {"type: oauth2, x-amazon-apigateway-authorizer: {type: request, identitySource: bad, "
         "authorizerUri: Fn, authorizerPayloadFormatVersion: '2.0'}",
         "authorizer 'A': identity source 'bad' cannot be parsed"},
        {"type: oauth2, x-amazon-apigateway-authorizer: {type: request, "
         "authorizerResultTtlInSeconds: 5, authorizerUri: Fn, authorizerPayloadFormatVersion: "
         "'2.0'}",
         "authorizer 'A': it has no valid identity source, which caching of its verdicts needs"},
        {"type: oauth2, x-amazon-apigateway-authorizer: {type: other}",
         "authorizer 'A': its type 'other' is not known for this kind of API"},
        {"type: apiKey, name: x, in: header",
         "authorizer 'A': it has no x-amazon-apigateway-authorizer"},
    };
    expect_authorizers(http, "components: {securitySchemes", rows);
}

TEST(Told, OfHttpRoutes) {
    constexpr Row rows[] = {
        {"paths: {x: {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: Fn}}}}",
         "AWS refuses the path 'x', which does not begin with a slash; it is served at /x"},
        {"paths: {/x: {got: {x-amazon-apigateway-integration: {type: aws_proxy, uri: Fn}}}}",
         "API Gateway has no method GOT: /x does not answer to it"},
        {"paths: {$default: {x-amazon-apigateway-any-method: {x-amazon-apigateway-integration: "
         "{type: aws_proxy, uri: Fn}}}}",
         ""},
        {"paths: {/x: {get: {}}}", "GET /x: it has no integration; it answers 502"},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: aws_proxy, "
         "payloadFormatVersion: '3.0', uri: Fn}}}}",
         "GET /x: payloadFormatVersion has to be '1.0' or '2.0', not '3.0'; it answers 500"},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: aws_proxy, "
         "integrationSubtype: SQS-SendMessage}}}}",
         "GET /x: service integration SQS-SendMessage is not served locally; it answers 501"},
        {"paths: {/x: {get: {x-amazon-apigateway-integration: {type: http_proxy}}}}",
         "GET /x: its integration URI '' is no URL of a server; it answers 501"},
    };
    expect_bodies(http, rows);
}

} // namespace
} // namespace samara::gateway
