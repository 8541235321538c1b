#pragma once

#include "aws/api_gateway_limits.h"
#include "base/error.h"
#include "data/value.h"
#include "model/pattern.h"
#include "net/http_message.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// What an API Gateway serves: APIs, their routes, and what stands behind and before each.
namespace samara::gateway {

/// REST APIs are AWS::ApiGateway::RestApi, HTTP APIs are AWS::ApiGatewayV2::Api.
enum class ApiKind : std::uint8_t { rest, http };

/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
enum class PayloadFormat : std::uint8_t { v1, v2 };

using TextPairs = std::vector<std::pair<std::string, std::string>>;

/// Proxy integration with a function.
struct LambdaIntegration {
    std::string function; ///< logical id
    PayloadFormat format = PayloadFormat::v2;
    std::chrono::milliseconds timeout =
        aws::api_gateway::http_integration_timeout;    ///< the gateway stops waiting
    std::chrono::milliseconds function_timeout{3'000}; ///< the function is stopped
    /// What gives the tenant of a function that has tenants: an expression of request_value, or
    /// 'text'. Empty: the client's header X-Amz-Tenant-Id.
    std::string tenant;
    std::string qualifier = {}; ///< version or alias of the function; empty: none
    /// InvokeMode RESPONSE_STREAM and responseTransferMode STREAM: what the function writes is the
    /// response, with a prelude for status and headers.
    bool streams = false;
    /// Of a stream: it is cut off when nothing comes of it for so long.
    std::chrono::milliseconds idle_timeout = aws::api_gateway::stream_duration;
};

/// Templates and parameters between a client and what answers it; integration/mapping.h.
struct Mapping;

/// A function behind mapping templates: integration type AWS of REST APIs.
struct MappedLambdaIntegration {
    LambdaIntegration lambda;
    std::shared_ptr<const Mapping> mapping;
};

/// An answer that templates give alone.
struct MockIntegration {
    std::shared_ptr<const Mapping> mapping;
};

/// Another server of this machine: HTTP_PROXY, and HTTP with its templates.
struct HttpIntegration {
    std::string url;    ///< "http://localhost:3000/{proxy}"
    std::string method; ///< empty: the client's
    bool proxy = true;
    std::chrono::milliseconds timeout = aws::api_gateway::rest_integration_timeout;
    std::shared_ptr<const Mapping> mapping;
    bool streams = false; ///< responseTransferMode STREAM, of a proxy
    /// Of a stream: it is cut off when nothing comes of it for so long.
    std::chrono::milliseconds idle_timeout = aws::api_gateway::stream_duration;
};

/// A route that cannot be served locally. 501 is answered with the reason; 502, for a route that
/// has no function, and 500, for one whose templates are none, with API Gateway's words.
struct UnsupportedIntegration {
    std::string reason;
    int status = 501;
    bool told = false; ///< elsewhere: with what could not be evaluated
};

using Integration = std::variant<
    LambdaIntegration,
    MappedLambdaIntegration,
    MockIntegration,
    HttpIntegration,
    UnsupportedIntegration>;

/// A token bucket: requests a second, and how many at once.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
struct Throttle {
    double rate = 0;
    double burst = 0;
};

/// docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html
struct Quota {
    enum class Period : std::uint8_t { day, week, month };
    std::int64_t limit = 0;
    Period period = Period::day;
    std::int64_t offset = 0; ///< of the limit, in the first period
};

/// What a client with an API key of this plan may ask for.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
struct UsagePlan {
    std::string id; ///< logical id
    std::optional<Throttle> throttle;
    std::map<std::string, Throttle, std::less<>> methods; ///< of this API, by route_key()
    std::optional<Quota> quota;
};

struct ApiKey {
    std::string id; ///< logical id
    std::string value;
    std::shared_ptr<const UsagePlan> plan; ///< of this API; nullptr: nothing limits it
};

/// Who may use a route.
struct Access {
    std::string authorizer;          ///< name in Api::authorizers; empty: everyone
    std::vector<std::string> scopes; ///< one of them is enough; empty: none is asked for
    bool api_key = false;
};

struct RequestValidation;
struct ParameterMapping;

struct Route {
    std::string method; ///< upper case; ANY for all
    std::string path;   ///< "/users/{id}", "/files/{proxy+}", "$default"
    Integration integration;
    Access access;
    std::string operation_name; ///< operationId or OperationName, REST APIs; may be empty
    std::shared_ptr<const RequestValidation> validation; ///< REST APIs; nullptr: nothing is checked
    std::shared_ptr<const ParameterMapping> parameters;  ///< HTTP APIs; nullptr: nothing is changed
    std::optional<Throttle> throttle; ///< of all clients together, from the stage
    bool responds = false; ///< WebSocket APIs: the function's result goes back to the client
    base::Location where;
};

/// A name of an API beside this machine's: that of a custom domain, and the first part of paths.
struct DomainMapping {
    std::string domain;    ///< small letters
    std::string base_path; ///< "/v1"; empty: all paths of the domain
};

/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
struct Cors {
    std::vector<std::string> origins;
    std::vector<std::string> methods;
    std::vector<std::string> headers;
    std::vector<std::string> expose_headers;
    std::optional<std::int64_t> max_age; ///< seconds
    bool credentials = false;
};

/// Where an authorizer finds the identity of a caller: "$request.header.Authorization".
struct IdentitySource {
    enum class Kind : std::uint8_t { header, query, context, stage_variable };
    Kind kind = Kind::header;
    std::string name;
};

struct LambdaAuthorizer {
    enum class Kind : std::uint8_t { token, request };
    Kind kind = Kind::request;
    std::string function;                         ///< logical id
    PayloadFormat format = PayloadFormat::v1;     ///< HTTP APIs only; REST is always v1
    bool simple_responses = false;                ///< {"isAuthorized": true} instead of a policy
    std::vector<IdentitySource> identity_sources; ///< TOKEN has one, a header
    std::optional<model::Pattern> validation;     ///< of a TOKEN authorizer's token
    std::chrono::seconds ttl{300};                ///< how long a verdict is kept; 0: not at all
    std::chrono::milliseconds function_timeout{3'000}; ///< the function is stopped
};

struct JwtAuthorizer {
    IdentitySource identity_source{IdentitySource::Kind::header, "Authorization"};
    std::string issuer;
    std::vector<std::string> audience;
};

struct CognitoAuthorizer {
    IdentitySource identity_source{IdentitySource::Kind::header, "Authorization"};
    std::vector<std::string> issuers;         ///< one for each user pool
    std::optional<model::Pattern> validation; ///< of the app client that a token is for
};

/// SigV4 signatures.
struct IamAuthorizer {};

/// An authorizer that cannot be evaluated: its routes are closed.
struct UnsupportedAuthorizer {
    std::string reason;
};

struct Authorizer {
    std::string name;
    std::variant<
        LambdaAuthorizer,
        JwtAuthorizer,
        CognitoAuthorizer,
        IamAuthorizer,
        UnsupportedAuthorizer>
        method;
};

/// docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
struct GatewayResponse {
    std::optional<int> status;
    net::HttpHeaders headers; ///< values as written: 'static' or method.request.header.Name
    std::map<std::string, std::string, std::less<>> templates; ///< by media type
};

struct Api {
    ApiKind kind = ApiKind::http;
    std::string id; ///< logical id
    /// The URL of a function, which is served as an HTTP API with one route would be:
    /// docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    bool function_url = false;
    /// A WebSocket API, whose routes are named by keys ("$connect"): their paths.
    bool websocket = false;
    /// A REST API behind edge locations, as it is by default.
    bool edge_optimized = false;
    std::string route_selection; ///< of a WebSocket API: "$request.body.action"
    std::string stage = "$default";
    std::string access_log_format; ///< of the stage, with its $context variables; may be empty
    std::vector<DomainMapping> domains;
    TextPairs stage_variables;
    std::vector<Route> routes;
    std::map<std::string, Authorizer, std::less<>> authorizers;
    std::optional<Cors> cors;                    ///< HTTP APIs
    std::vector<std::string> binary_media_types; ///< REST APIs
    /// Bytes from which on bodies are compressed, REST APIs; nothing: they are not.
    std::optional<std::size_t> minimum_compression_size;
    std::map<std::string, GatewayResponse, std::less<>> gateway_responses; ///< by type, REST APIs
    std::vector<ApiKey> api_keys;                                          ///< REST APIs
    bool key_from_authorizer = false; ///< API keys come from Lambda authorizers, not from clients
    std::vector<std::string> http_hosts; ///< that integrations may ask beside this machine
    data::Value policy;                  ///< who may call it at all, REST APIs; null: everybody
};

} // namespace samara::gateway
