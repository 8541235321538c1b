#pragma once

#include "gateway/route/access_phases.h"
#include "gateway/route/model.h"
#include "gateway/route/router.h"
#include "net/http_message.h"
#include "serving/exchange.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace samara::gateway {

struct SocketClient;

/// One request on its way through the gateway: what was asked, which route takes it, and what makes
/// this request different from all others. Refers to its parts; lives as long as the request.
struct Call {
    const net::HttpRequest& request;
    const Api& api;
    const Router::Match& match;
    std::string request_id = {};          ///< fresh for each request
    std::string extended_request_id = {}; ///< REST APIs
    std::chrono::system_clock::time_point time = {};
    std::string trace_id = {}; ///< X-Amzn-Trace-Id, "Root=1-...-..."
    std::uint16_t port = 0;
    bool tls = false;

    /// JSON for requestContext.authorizer; empty when there was none.
    std::string authorizer = {};
    std::string usage_key = {}; ///< the API key that a Lambda authorizer has given
    std::string api_key = {};   ///< the caller's, when the route asks for one
    std::string api_key_id = {};
    const UsagePlan* plan = nullptr;      ///< of the caller's API key, for this API
    const SocketClient* socket = nullptr; ///< who asks for a WebSocket connection
    std::string iam_caller = {}; ///< JSON members for a caller with IAM credentials; may be empty
    serving::CallTraces* traces = nullptr; ///< of its calls; nullptr: nobody wants them
    RefusalNote* refusal = nullptr;        ///< told when a REST API refuses the request
    std::string_view base_path = {};       ///< of the custom domain it came by, "/v1"
    AccessPhases phases = {};              ///< that it has passed

    /// The same with another request, which has to live as long.
    [[nodiscard]] Call with(const net::HttpRequest& other) const;

    /// The domainName of events of every format: the Host that the client wrote, with its port,
    /// for functions make links of it.
    [[nodiscard]] std::string_view domain() const { return header("Host"); }

    /// The first label of the host; an address is not taken apart, and has no port either.
    [[nodiscard]] std::string_view domain_prefix() const;
    [[nodiscard]] std::string_view header(std::string_view name) const;
    /// "12/Mar/2020:19:03:58 +0000"
    [[nodiscard]] std::string clf_time() const;
    [[nodiscard]] std::int64_t epoch_milliseconds() const;
};

/// "12/Mar/2020:19:03:58 +0000"
std::string clf_time(std::chrono::system_clock::time_point time);

/// A request id as HTTP APIs have it: 16 characters of base64. REST APIs have a UUID.
std::string make_http_request_id();

/// "Root=1-<8 hex seconds>-<24 hex>"
std::string make_trace_id(std::chrono::system_clock::time_point time);

/// The headers a function sees beside the client's: X-Forwarded-For, X-Forwarded-Port,
/// X-Forwarded-Proto, X-Amzn-Trace-Id, and from HTTP APIs Content-Length; the client's own values
/// are kept in front for the first.
net::HttpHeaders gateway_headers(const Call& call);

/// The path that events tell. REST APIs and function URLs keep its escapes, and the former leave
/// out the stage; HTTP APIs decode it and put a stage with a name in front, as the client of AWS
/// writes it (seen in live events: github.com/aws-powertools/powertools-lambda-python/issues/621,
/// github.com/middleapi/standard-server/pull/93).
std::string event_path(const Call& call);

/// A path parameter as events tell it: decoded for HTTP APIs, as it was sent for REST APIs
/// (docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html,
/// github.com/serverless/serverless/issues/5037).
std::string event_parameter(const Call& call, std::string_view value);

/// Method and path template as routes are named: "GET /users/{id}", "$default".
std::string route_key(const Route& route);

} // namespace samara::gateway
