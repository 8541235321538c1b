#include "rie/asio_courier.h"

#include <map>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <fmt/format.h>

namespace samara::rie {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

using Socket = asio::ip::tcp::socket;
using ErrorCode = boost::system::error_code;

// A listener that says nothing for this long has not taken the batch.
constexpr std::chrono::seconds listener_timeout{5};

auto awaiting(ErrorCode& error) {
    return asio::redirect_error(asio::use_awaitable, error);
}

std::shared_ptr<asio::steady_timer> close_when_late(const std::shared_ptr<Socket>& socket) {
    auto timer = std::make_shared<asio::steady_timer>(socket->get_executor(), listener_timeout);
    timer->async_wait([socket](const ErrorCode& error) {
        if (!error) {
            ErrorCode ignored;
            socket->close(ignored);
        }
    });
    return timer;
}

asio::awaitable<bool> connect(Socket& socket, std::uint16_t port) {
    ErrorCode error;
    const asio::ip::tcp::endpoint listener(asio::ip::address_v4::loopback(), port);
    co_await socket.async_connect(listener, awaiting(error));
    co_return !error;
}

asio::awaitable<bool>
post(const std::shared_ptr<Socket>& socket, const HttpDestination& destination, std::string batch) {
    if (!co_await connect(*socket, destination.port)) {
        co_return false;
    }
    http::request<http::string_body> request;
    request.method_string(destination.method);
    request.target(destination.target);
    request.set(http::field::host, fmt::format("sandbox.localdomain:{}", destination.port));
    request.set(http::field::content_type, "application/json");
    request.keep_alive(false);
    request.body() = std::move(batch);
    request.prepare_payload();
    ErrorCode error;
    co_await http::async_write(*socket, request, awaiting(error));
    if (error) {
        co_return false;
    }
    boost::beast::flat_buffer buffer;
    http::response<http::string_body> response;
    co_await http::async_read(*socket, buffer, response, awaiting(error));
    co_return (!error || error == http::error::end_of_stream) && response.result_int() < 300;
}

} // namespace

struct AsioCourier::State {
    explicit State(asio::io_context& io) : context(io) {}

    asio::io_context& context;
    /// TCP listeners get all their batches on one connection.
    std::map<std::uint16_t, std::shared_ptr<Socket>> connections;
};

namespace {

// Writes to the connection there is, or to a new one.
asio::awaitable<bool> write_lines(
    asio::io_context& context,
    std::shared_ptr<Socket>& connection,
    std::uint16_t port,
    std::string batch) {
    if (!connection) {
        connection = std::make_shared<Socket>(context);
        if (!co_await connect(*connection, port)) {
            connection.reset();
            co_return false;
        }
    }
    const std::shared_ptr<Socket> socket = connection;
    const auto timer = close_when_late(socket);
    ErrorCode error;
    co_await asio::async_write(*socket, asio::buffer(batch), awaiting(error));
    timer->cancel();
    if (error) {
        connection.reset();
    }
    co_return !error;
}

} // namespace

AsioCourier::AsioCourier(asio::io_context& context) : state_(std::make_shared<State>(context)) {}

AsioCourier::~AsioCourier() = default;

void AsioCourier::deliver(
    const Destination& destination, std::string batch, std::function<void(bool)> done) {
    // The coroutine's frame keeps these parameters, which a lambda's captures would not be.
    auto work = [](std::shared_ptr<State> state,
                   Destination to,
                   std::string bytes,
                   std::function<void(bool)> report) -> asio::awaitable<void> {
        bool taken = false;
        if (const auto* listener = std::get_if<TcpDestination>(&to)) {
            taken = co_await write_lines(
                state->context,
                state->connections[listener->port],
                listener->port,
                std::move(bytes));
        } else {
            const auto socket = std::make_shared<Socket>(state->context);
            const auto timer = close_when_late(socket);
            taken = co_await post(socket, std::get<HttpDestination>(to), std::move(bytes));
            timer->cancel();
        }
        report(taken);
    };
    asio::co_spawn(
        state_->context,
        work(state_, destination, std::move(batch), std::move(done)),
        asio::detached);
}

void AsioCourier::after(std::chrono::milliseconds delay, std::function<void()> action) {
    auto timer = std::make_shared<asio::steady_timer>(state_->context, delay);
    timer->async_wait([timer, run = std::move(action)](const ErrorCode& error) {
        if (!error) {
            run();
        }
    });
}

} // namespace samara::rie
