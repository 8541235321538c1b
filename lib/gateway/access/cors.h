#pragma once

#include "gateway/route/model.h"

#include <optional>

/// CORS as HTTP APIs do it: wholly from the configuration, whatever the function says.
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
namespace samara::gateway {

/// Whether a request is a pre-flight: OPTIONS with Origin and Access-Control-Request-Method.
bool is_preflight(const net::HttpRequest& request);

/// 204 with the configured headers; without them when the origin is not allowed.
net::HttpResponse preflight_response(const Cors& cors, const net::HttpRequest& request);

/// Takes the function's own CORS headers out and puts the configured ones in where the request has
/// an allowed Origin.
void apply_cors(const Cors& cors, const net::HttpRequest& request, net::HttpResponse& response);

} // namespace samara::gateway
