#include "unit/transform/refused.h"

/// Of HTTP and WebSocket APIs, their events, and domains.
namespace samara::transform {
namespace {

using namespace test;

TEST(Refused, Domains) {
    constexpr Row rows[] = {
        {"Api", "StageName: p, Domain: {DomainName: d}", "a custom domain needs CertificateArn"},
        {"Api", "StageName: p, Domain: {CertificateArn: c}", "a custom domain needs DomainName"},
        {"Api", "StageName: p, Domain: {DomainName: d, CertificateArn: c, BasePath: /}", ""},
        {"Api", "StageName: p, Domain: {DomainName: d, CertificateArn: c, BasePath: ['a b']}", ""},
        {"Api", "StageName: p, Domain: {DomainName: d, CertificateArn: c, Policy: {}}", ""},
        {"Api",
         "StageName: p, Domain: {DomainName: d, CertificateArn: c, Route53: {}}",
         "Route53 needs HostedZoneId or HostedZoneName"},
        {"Api",
         "StageName: p, Domain: {DomainName: d, CertificateArn: c, Route53: {EvaluateTargetHealth: "
         "true}}",
         "Route53 needs HostedZoneId or HostedZoneName"},
        {"Api",
         "StageName: p, Domain: {DomainName: d, CertificateArn: c, EndpointConfiguration: X}",
         "EndpointConfiguration of a Domain is EDGE, REGIONAL or PRIVATE"},
        {"Api",
         "StageName: p, Domain: {DomainName: d, CertificateArn: c, Route53: text}",
         "property Route53 must be a map, not a string"},
    };
    expect_rows(resource, rows);
}

TEST(Refused, AuthorizersOfHttpApis) {
    constexpr Row rows[] = {
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {/a: {get: {}}}}, Auth: {Authorizers: {A: {}}}",
         "an authorizer needs JwtConfiguration (with IdentitySource) or Function"},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {/a: {get: {}}}}, Auth: {Authorizers: {A: "
         "{OpenIdConnectUrl: u}}}",
         "OpenIdConnectUrl is not a property of an authorizer"},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {/a: {get: {}}}}, Auth: {Authorizers: {A: "
         "{JwtConfiguration: {issuer: i}}}}",
         "a JWT authorizer needs JwtConfiguration (a map) and IdentitySource"},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {/a: {get: {}}}}, Auth: {Authorizers: {A: "
         "{JwtConfiguration: text, IdentitySource: s}}}",
         "a JWT authorizer needs JwtConfiguration (a map) and IdentitySource"},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {/a: {get: {}}}}, Auth: {Authorizers: {A: "
         "{AuthorizationScopes: text, JwtConfiguration: {issuer: i}, IdentitySource: s}}}",
         "property AuthorizationScopes must be a list of scopes, not a string"},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {/a: {get: {}}}}, Auth: {Authorizers: text}",
         "property Authorizers must be a map, not a string"},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {/a: {get: {}}}}, Auth: {Authorizers: {A: text}}",
         "property A must be a map, not a string"},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {/a: {get: {}}}}, Auth: {DefaultAuthorizer: "
         "Gone}",
         "DefaultAuthorizer is not one of the Authorizers"},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {/a: {get: {}}}}, Auth: {DefaultAuthorizer: []}",
         ""},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {/a: {get: {}}}}, Auth: {EnableIamAuthorizer: "
         "text}",
         ""},
    };
    expect_rows(resource, rows);
}

TEST(Refused, EventsOfHttpApis) {
    constexpr Row rows[] = {
        {"HttpApi",
         "ApiId: text, Path: /a, Method: get",
         "ApiId does not name an AWS::Serverless::HttpApi of this template"},
        {"HttpApi",
         "ApiId: !Ref Gone, Path: /a, Method: get",
         "ApiId does not name an AWS::Serverless::HttpApi of this template"},
        {"HttpApi", "ApiId: !Ref F, Path: /a, Method: get", ""},
        {"HttpApi",
         "Path: /b",
         "Method of an HttpApi event must be a text, and Path and Method come to"},
        {"HttpApi",
         "Method: get",
         "Path of an HttpApi event must be a text, and Path and Method come toge"},
        {"HttpApi",
         "Path: [], Method: get",
         "Path of an HttpApi event must be a text, and Path and Method come toge"},
        {"HttpApi",
         "Path: /a, Method: []",
         "Method of an HttpApi event must be a text, and Path and Method come to"},
        {"HttpApi", "Path: /a, Method: bad", ""},
        {"HttpApi",
         "Path: /a, Method: get, Auth: {Authorizer: A}",
         "authorizer 'A' is not one of the API's Authorizers"},
        {"HttpApi",
         "Path: /a, Method: get, Auth: {Authorizer: NONE}",
         "Authorizer NONE needs a DefaultAuthorizer in the API's Auth"},
        {"HttpApi",
         "Path: /a, Method: get, Auth: {AuthorizationScopes: [s]}",
         "Auth needs an Authorizer, here or as DefaultAuthorizer of the API"},
        {"HttpApi",
         "Path: /a, Method: get, Auth: text",
         "property Auth must be a map, not a string"},
        {"HttpApi",
         "Path: /a, Method: get, PayloadFormatVersion: []",
         "property PayloadFormatVersion must be a string, not a list"},
        {"HttpApi",
         "Path: /a, Method: get, TimeoutInMillis: text",
         "property TimeoutInMillis must be an integer, not a string"},
        {"HttpApi", "Path: /a, Method: get, RouteSettings: text", "RouteSettings must be a map"},
        {"HttpApi", "Path: a, Method: get", ""},
    };
    expect_rows(event, rows);
}

TEST(Refused, DefinitionsOfHttpApis) {
    constexpr Row rows[] = {
        {"HttpApi",
         "DefinitionUri: s3://b/k, Auth: {EnableIamAuthorizer: true}",
         "Auth cannot be added to a definition in S3"},
        {"HttpApi",
         "DefinitionBody: {swagger: '2.0', paths: {}}, Auth: {EnableIamAuthorizer: true}",
         "Auth needs a DefinitionBody that is OpenAPI 3"},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {}, tags: text}, Tags: {a: b}",
         "tags of an OpenAPI document must be a list"},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {/a: {get: {}}}}, CorsConfiguration: text",
         "property CorsConfiguration must be a boolean or a map, not a string"},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: text}, CorsConfiguration: true",
         "CorsConfiguration needs a DefinitionBody that is OpenAPI 3"},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {/a: text}}, Auth: {EnableIamAuthorizer: true, "
         "DefaultAuthorizer: AWS_IAM}",
         "path /a of the API's definition must be a map"},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {/a: {get: text}}}, Auth: {EnableIamAuthorizer: "
         "true, DefaultAuthorizer: AWS_IAM}",
         "method get of the API's definition must be a map"},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {}, components: text}, Auth: "
         "{EnableIamAuthorizer: true}",
         "components.securitySchemes must be a map"},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {}, components: {securitySchemes: []}}, Auth: "
         "{EnableIamAuthorizer: true}",
         ""},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {}, servers: text}, Domain: {DomainName: d, "
         "CertificateArn: c}, DisableExecuteApiEndpoint: true",
         "servers of an OpenAPI document must be a list of maps"},
        {"HttpApi",
         "DefinitionBody: {openapi: 3.0.1, paths: {}, servers: [text]}, DisableExecuteApiEndpoint: "
         "true",
         "servers of an OpenAPI document must be a list of maps"},
        {"HttpApi", "DefinitionBody: text", "property DefinitionBody must be a map, not a string"},
        {"HttpApi", "StageName: ''", ""},
        {"HttpApi", "DefinitionBody: {}, DefinitionUri: s3://b/k", ""},
        {"HttpApi",
         "FailOnWarnings: text",
         "property FailOnWarnings must be a boolean, not a string"},
        {"HttpApi", "DefinitionUri: text", "DefinitionUri is not the location of an object in S3"},
        {"HttpApi", "DefinitionUri: {Bucket: b}", "DefinitionUri must have Bucket and Key"},
    };
    expect_rows(resource, rows);
}

TEST(Refused, WebSocketApis) {
    constexpr Row rows[] = {
        {"WebSocketApi", "RouteSelectionExpression: r", "property Routes is missing"},
        {"WebSocketApi",
         "RouteSelectionExpression: r, Routes: {}",
         "a WebSocket API needs at least one route"},
        {"WebSocketApi",
         "RouteSelectionExpression: r, Routes: {$default: {}}",
         "property FunctionArn is missing"},
        {"WebSocketApi",
         "RouteSelectionExpression: r, Routes: {$default: text}",
         "property $default must be a map, not a string"},
        {"WebSocketApi",
         "RouteSelectionExpression: r, Routes: text",
         "property Routes must be a map, not a string"},
        {"WebSocketApi",
         "RouteSelectionExpression: r, Routes: {$default: {FunctionArn: f}}, StageName: $default",
         "a stage of a WebSocket API cannot be $default"},
        {"WebSocketApi",
         "RouteSelectionExpression: r, Routes: {$default: {FunctionArn: f}}, StageName: a-b",
         "the name of a stage has letters and digits only"},
        {"WebSocketApi",
         "RouteSelectionExpression: r, Routes: {$default: {FunctionArn: f}}, IpAddressType: ipv6",
         "IpAddressType is ipv4 or dualstack"},
        {"WebSocketApi",
         "RouteSelectionExpression: r, Routes: {$connect: {FunctionArn: f}}, Auth: {AuthType: X}",
         "AuthType is CUSTOM, AWS_IAM or NONE"},
        {"WebSocketApi",
         "RouteSelectionExpression: r, Routes: {$default: {FunctionArn: f}}, Auth: {AuthType: "
         "CUSTOM}",
         "Auth is checked when a client connects, but there is no route $connect"},
        {"WebSocketApi",
         "RouteSelectionExpression: r, Routes: {$connect: {FunctionArn: f}}, Auth: {AuthType: "
         "AWS_IAM, AuthArn: a}",
         "AuthType AWS_IAM goes with no other property"},
        {"WebSocketApi",
         "RouteSelectionExpression: r, Routes: {$default: {FunctionArn: f, Wrong: 1}}",
         "nobody reads the property Wrong"},
        {"WebSocketApi",
         "RouteSelectionExpression: r, Routes: {$default: {FunctionArn: f}}, Wrong: 1",
         "there is no property Wrong"},
        {"WebSocketApi",
         "RouteSelectionExpression: r, Routes: {'a b': {FunctionArn: f}}",
         "a b is not a route"},
        {"WebSocketApi",
         "RouteSelectionExpression: r, Routes: {$connect: {FunctionArn: f}}, Auth: {Name: n}",
         "AuthType is CUSTOM, AWS_IAM or NONE"},
    };
    expect_rows(resource, rows);
}

} // namespace
} // namespace samara::transform
