#pragma once

#include "gateway/route/model.h"
#include "gateway/route/socket_client.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

/// What a function gets to see of a WebSocket client.
/// docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html
/// docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
namespace samara::gateway {

/// One thing that happens on a connection.
struct SocketHappening {
    const Api& api;
    const SocketClient& client;
    std::string_view route_key;
    std::string request_id = {};
    std::chrono::system_clock::time_point time = {};
};

/// Of $connect, with the request that asked for the connection.
std::string connect_event(const SocketHappening& happening, const net::HttpRequest& request);

/// Of a message; bytes that are no text are base64.
std::string
message_event(const SocketHappening& happening, const std::string& message, bool binary);

/// Of $disconnect, with the status of the close frame and its reason.
std::string
disconnect_event(const SocketHappening& happening, std::uint16_t status, std::string_view reason);

/// What the Lambda authorizer of $connect gets.
/// docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html
std::string socket_authorizer_event(
    const SocketHappening& happening, const net::HttpRequest& request, std::string_view arn);

} // namespace samara::gateway
