#pragma once

#include "invoke/invoker.h"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace samara::console {

/// A route as the page shows it.
struct RouteLine {
    std::string api;        ///< logical id
    std::string kind;       ///< "HTTP API"
    std::string method;     ///< empty for routes of WebSocket APIs
    std::string path;       ///< "/users/{id}", "$connect"
    std::string function;   ///< logical id; empty: another integration
    std::string target;     ///< what answers, in words
    std::string protection; ///< empty: everybody may ask
    std::string closed;     ///< why it is not served; empty: it is

    bool operator==(const RouteLine&) const = default;
};

/// A client of a WebSocket API.
struct ConnectionLine {
    std::string id;
    std::string api;
    std::string source_ip;
    std::chrono::system_clock::time_point connected_at;
    std::chrono::system_clock::time_point last_active;

    bool operator==(const ConnectionLine&) const = default;
};

/// Where the page has from what it shows. Each is called from many threads.
struct Sources {
    std::function<std::vector<RouteLine>()> routes;
    std::function<std::vector<invoke::FunctionState>()> functions;
    /// Of the environments of all functions: their values are never shown.
    std::function<std::vector<std::pair<std::string, std::string>>()> variables;
    std::function<std::vector<ConnectionLine>()> connections;
    /// Sends a text to a client; false: it is gone.
    std::function<bool(std::string_view id, std::string text)> send;
    std::function<void()> before_replay; ///< as before any request; may be empty
};

} // namespace samara::console
