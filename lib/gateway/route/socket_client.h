#pragma once

#include <chrono>
#include <string>

namespace samara::gateway {

/// What a client is from its $connect to its $disconnect.
struct SocketClient {
    std::string id; ///< connectionId
    std::string api;
    std::string stage;
    std::string source_ip;
    std::string user_agent;
    std::string domain;     ///< with the port: "127.0.0.1:3000"
    std::string authorizer; ///< JSON for requestContext.authorizer; may be empty
    std::string iam_caller; ///< JSON members of requestContext.identity; may be empty
    std::chrono::system_clock::time_point connected_at;
};

} // namespace samara::gateway
