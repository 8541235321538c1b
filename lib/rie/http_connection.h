#pragma once

#include "rie/http.h"

#include <functional>
#include <memory>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

/// One connection of the server. Private to it, as it shows Boost.
namespace samara::rie {

using StreamSocket = boost::asio::generic::stream_protocol::socket;

/// Steps of answers that are being sent, over all connections.
struct Traffic {
    std::size_t pending = 0;
    std::function<void()> quiet; ///< called once when nothing is

    void settle() {
        if (pending == 0 && quiet) {
            std::exchange(quiet, nullptr)();
        }
    }
};

/// Serves one request after the other until either side ends it.
boost::asio::awaitable<void>
serve_connection(StreamSocket socket, HttpService& service, std::shared_ptr<Traffic> traffic);

} // namespace samara::rie
