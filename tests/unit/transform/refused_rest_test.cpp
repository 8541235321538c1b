#include "unit/transform/refused.h"

/// Of REST APIs and their events.
namespace samara::transform {
namespace {

using namespace test;

TEST(Refused, EventsOfRestApis) {
    constexpr Row rows[] = {
        {"Api",
         "RestApiId: text, Path: /a, Method: get",
         "RestApiId does not name an AWS::Serverless::Api of this template"},
        {"Api",
         "RestApiId: !Ref Gone, Path: /a, Method: get",
         "RestApiId does not name an AWS::Serverless::Api of this template"},
        {"Api", "RestApiId: !Ref F, Path: /a, Method: get", ""},
        {"Api", "Path: /b", "Method of an Api event must be a text"},
        {"Api", "Method: get", "Path of an Api event must be a text"},
        {"Api", "Path: [], Method: get", "Path of an Api event must be a text"},
        {"Api", "Path: /a, Method: []", "Method of an Api event must be a text"},
        {"Api", "Path: /a, Method: bad", ""},
        {"Api",
         "Path: /a, Method: get, Auth: {Authorizer: A}",
         "authorizer A is not one of the API's Authorizers"},
        {"Api",
         "Path: /a, Method: get, Auth: {Authorizer: NONE}",
         "Authorizer NONE needs a DefaultAuthorizer in the API's Auth"},
        {"Api", "Path: /a, Method: get, Auth: {Authorizer: []}", ""},
        {"Api", "Path: /a, Method: get, Auth: text", "property Auth must be a map, not a string"},
        {"Api",
         "Path: /a, Method: get, Auth: {ResourcePolicy: text}",
         "ResourcePolicy must be a map"},
        {"Api", "Path: /a, Method: get, RequestModel: {}", ""},
        {"Api",
         "Path: /a, Method: get, RequestModel: {Required: true}",
         "a RequestModel without Model changes nothing"},
        {"Api",
         "Path: /a, Method: get, RequestModel: {Model: M}",
         "the API has no Models, so there is no model M"},
        {"Api",
         "Path: /a, Method: get, RequestParameters: [a]",
         "a request parameter is method.request.header.NAME, .querystring.NAME o"},
        {"Api",
         "Path: /a, Method: get, RequestParameters: [method.request.body.x]",
         "a request parameter is method.request.header.NAME, .querystring.NAME o"},
        {"Api",
         "Path: /a, Method: get, RequestParameters: [{method.request.header.X: text}]",
         "a request parameter is method.request.header.NAME, .querystring.NAME o"},
        {"Api",
         "Path: /a, Method: get, RequestParameters: text",
         "property RequestParameters must be a list, not a string"},
        {"Api", "Path: a, Method: get", ""},
    };
    expect_rows(event, rows);
}

TEST(Refused, RestApis) {
    constexpr Row rows[] = {
        {"Api", "Name: n", "property StageName is missing"},
        {"Api", "StageName: ''", "StageName must not be empty"},
        {"Api", "StageName: p, OpenApiVersion: '4.0'", "OpenApiVersion is 2.x or 3.x"},
        {"Api", "StageName: p, OpenApiVersion: 3", "OpenApiVersion must be a text"},
        {"Api",
         "StageName: p, OpenApiVersion: [], DefinitionBody: {swagger: '2.0', paths: {/a: {get: "
         "{}}}}",
         "property OpenApiVersion must be a string or a number, not a list"},
        {"Api",
         "StageName: p, OpenApiVersion: '3.0', DefinitionBody: {swagger: '2.0', paths: {/a: {get: "
         "{}}}}",
         ""},
        {"Api",
         "StageName: p, DefinitionUri: s3://b/k, Cors: \"'*'\"",
         "Cors cannot be added to a definition in S3"},
        {"Api",
         "StageName: p, DefinitionUri: s3://b/k, Auth: {ApiKeyRequired: true}",
         "Auth cannot be added to a definition in S3"},
        {"Api",
         "StageName: p, DefinitionUri: s3://b/k, Models: {M: {}}",
         "Models cannot be added to a definition in S3"},
        {"Api", "StageName: p, DefinitionUri: s3://b/k, GatewayResponses: {}", ""},
        {"Api",
         "StageName: p, EndpointConfiguration: {Type: PRIVATE, VPCEndpointIds: [a], "
         "VpcEndpointIds: [b]}",
         "VPCEndpointIds and VpcEndpointIds are the same property"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Cors: []",
         "property Cors must be a string or a map, not a list"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Cors: "
         "{AllowOrigin: ''}",
         "AllowOrigin of Cors must not be empty"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Cors: "
         "{AllowMethods: 1, AllowOrigin: \"'*'\"}",
         ""},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Cors: "
         "{AllowCredentials: true, AllowOrigin: \"'*'\"}",
         "AllowCredentials needs an AllowOrigin other than '*': browsers refuse "},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Models: text",
         "property Models must be a map, not a string"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Models: {M: {}}",
         "model M of R has no type"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, "
         "GatewayResponses: text",
         "property GatewayResponses must be a map, not a string"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, "
         "GatewayResponses: {X: {Wrong: 1}}",
         "there is no property Wrong"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: text}}, Auth: "
         "{ApiKeyRequired: true}",
         "path /a of the API's definition must be a map"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: text}}}, Auth: "
         "{ApiKeyRequired: true}",
         "method get of the API's definition must be a map"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {options: text}}}, Cors: "
         "\"'*'\"",
         ""},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: text}, Auth: {ApiKeyRequired: "
         "true}",
         "Auth needs a DefinitionBody that is swagger 2 or OpenAPI 3"},
        {"Api", "StageName: p, MergeDefinitions: true", ""},
        {"Api",
         "StageName: p, FailOnWarnings: text, DefinitionBody: {swagger: '2.0', paths: {/a: {get: "
         "{}}}}",
         "property FailOnWarnings must be a boolean, not a string"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, "
         "DisableExecuteApiEndpoint: text",
         "property DisableExecuteApiEndpoint must be a boolean, not a string"},
    };
    expect_rows(resource, rows);
}

TEST(Refused, AuthorizersOfRestApis) {
    constexpr Row rows[] = {
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{Authorizers: {A: {}}}",
         "an authorizer without UserPoolArn or FunctionArn cannot be deployed"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{Authorizers: text}",
         "property Authorizers must be a map, not a string"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{Authorizers: {A: text}}",
         "property A must be a map, not a string"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{Authorizers: {A: {FunctionArn: f, FunctionPayloadType: REQUEST}}}",
         "a REQUEST authorizer needs an Identity to cache its answers by"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{Authorizers: {A: {FunctionArn: f, FunctionPayloadType: X}}}",
         "FunctionPayloadType is TOKEN or REQUEST"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{Authorizers: {A: {FunctionArn: f, FunctionPayloadType: REQUEST, Identity: {}}}}",
         "a REQUEST authorizer needs an Identity to cache its answers by"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{Authorizers: {A: {FunctionArn: f, FunctionPayloadType: REQUEST, Identity: "
         "{ReauthorizeEvery: 5}}}}",
         "a REQUEST authorizer needs an Identity to cache its answers by"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{DefaultAuthorizer: Gone}",
         "AWS's transform does not read DefaultAuthorizer without Authorizers: r"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{DefaultAuthorizer: [], Authorizers: {A: {UserPoolArn: p}}}",
         ""},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{ResourcePolicy: text}",
         "ResourcePolicy must be a map"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{ResourcePolicy: {AwsAccountWhitelist: [[]]}}",
         ""},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{ResourcePolicy: {AwsAccountWhitelist: {a: b}}}",
         ""},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{ResourcePolicy: {IpRangeWhitelist: text}}",
         ""},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{ResourcePolicy: {IntrinsicVpcWhitelist: [[]]}}",
         ""},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{ResourcePolicy: {SourceVpcWhitelist: text}}",
         ""},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{ResourcePolicy: {SourceVpcWhitelist: [1]}}",
         "SourceVpcWhitelist of ResourcePolicy takes ids as text"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{UsagePlan: {CreateUsagePlan: X}}",
         "CreateUsagePlan is PER_API, SHARED or NONE"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{UsagePlan: {}}",
         "property CreateUsagePlan is missing"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{UsagePlan: text}",
         "property UsagePlan must be a map, not a string"},
        {"Api",
         "StageName: p, DefinitionBody: {swagger: '2.0', paths: {/a: {get: {}}}}, Auth: "
         "{ApiKeyRequired: text, UsagePlan: {CreateUsagePlan: PER_API, Tags: text}}",
         ""},
    };
    expect_rows(resource, rows);
}

} // namespace
} // namespace samara::transform
