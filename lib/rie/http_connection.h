#pragma once

#include "rie/http.h"
#include "rie/http_exchange.h"
#include "rie/http_server.h"

#include <memory>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

/// One connection of the server. Private to it, as it shows Boost.
namespace samara::rie {

using StreamSocket = boost::asio::generic::stream_protocol::socket;

/// Serves one request after the other until either side ends it.
boost::asio::awaitable<void> serve_connection(
    StreamSocket socket,
    HttpService& service,
    ServerLimits limits,
    std::shared_ptr<Traffic> traffic);

} // namespace samara::rie
