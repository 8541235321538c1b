#pragma once

#include <chrono>
#include <utility> // Boost 1.74's coroutine header forgets it

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

/// Asio's types as the servers and clients use them: with the executor itself instead of one that
/// is looked up at each step. Private to the sources that speak HTTP.
namespace samara::net {

namespace asio = boost::asio;

using ErrorCode = boost::system::error_code;
using Executor = asio::io_context::executor_type;

template <class T>
using Awaitable = asio::awaitable<T, Executor>;

/// TCP or Unix.
using StreamSocket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;

using Timer = asio::basic_waitable_timer<
    std::chrono::steady_clock,
    asio::wait_traits<std::chrono::steady_clock>,
    Executor>;

/// Waits in a coroutine; what went wrong goes to `error`.
inline auto awaiting(ErrorCode& error) {
    return asio::redirect_error(asio::use_awaitable_t<Executor>(), error);
}

} // namespace samara::net
