#include "rie/http_connection.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace samara::rie {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

using Socket = StreamSocket;
using ErrorCode = boost::system::error_code;
using Parser = http::request_parser<http::buffer_body>;

constexpr std::size_t read_size = 65536;

auto awaiting(ErrorCode& error) {
    return asio::redirect_error(asio::use_awaitable, error);
}

Headers copy_headers(const http::fields& fields) {
    Headers headers;
    for (const auto& field : fields) {
        headers.push_back({std::string(field.name_string()), std::string(field.value())});
    }
    return headers;
}

HttpRequest read_request(const Parser& parser) {
    const auto& message = parser.get();
    HttpRequest head;
    head.method = std::string(message.method_string());
    const std::string_view target(message.target().data(), message.target().size());
    head.path = target.substr(0, target.find('?'));
    head.headers = copy_headers(message);
    return head;
}

template <class Message>
void set_head(Message& message, const HttpReply& reply) {
    message.version(11);
    message.result(reply.status);
    message.set(http::field::content_type, "application/json");
    for (const Header& header : reply.headers) {
        message.set(header.name, header.value);
    }
}

/// Ends a connection whose peer is not through in time; the timer is to be cancelled when it is.
std::shared_ptr<asio::steady_timer>
end_when_late(const std::shared_ptr<Socket>& socket, std::chrono::milliseconds limit) {
    if (limit.count() == 0) {
        return nullptr;
    }
    auto timer = std::make_shared<asio::steady_timer>(socket->get_executor(), limit);
    timer->async_wait([weak = std::weak_ptr(socket)](const ErrorCode& error) {
        const std::shared_ptr<Socket> late = weak.lock();
        if (!error && late) {
            ErrorCode ignored;
            late->shutdown(Socket::shutdown_both, ignored);
        }
    });
    return timer;
}

void in_time(const std::shared_ptr<asio::steady_timer>& timer) {
    if (timer) {
        timer->cancel();
    }
}

/// Lines between chunks end with CR LF; in the rest of them no other control character has a place,
/// least of all a line end that another program would take for one.
void check_chunk_line(std::uint64_t /*size*/, boost::beast::string_view rest, ErrorCode& error) {
    if (std::any_of(rest.begin(), rest.end(), [](char c) {
            return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
        })) {
        error = http::error::bad_chunk_extension;
    }
}

/// Bytes of a body that is being collected, counted over all connections.
class Collecting {
public:
    explicit Collecting(Traffic& traffic) : traffic_(traffic) {}

    Collecting(const Collecting&) = delete;
    Collecting& operator=(const Collecting&) = delete;
    Collecting(Collecting&&) = delete;
    Collecting& operator=(Collecting&&) = delete;

    ~Collecting() { traffic_.collecting -= bytes_; }

    /// False when that would be more than all of them may hold.
    bool add(std::size_t bytes, std::size_t budget) {
        if (bytes > budget || traffic_.collecting > budget - bytes) {
            return false;
        }
        traffic_.collecting += bytes;
        bytes_ += bytes;
        return true;
    }

private:
    Traffic& traffic_;
    std::size_t bytes_ = 0;
};

HttpReply too_busy() {
    HttpReply reply = error_reply(
        503, "ServiceException", "The requests that come in at this moment are too large together");
    reply.headers = {{"Retry-After", "1"}};
    return reply;
}

/// One request after the other on one connection.
class Connection {
public:
    Connection(
        Socket socket, HttpService& service, ServerLimits limits, std::shared_ptr<Traffic> traffic)
        : shared_socket_(std::make_shared<Socket>(std::move(socket))), socket_(*shared_socket_),
          service_(service), limits_(limits), traffic_(std::move(traffic)) {
        ++traffic_->connections;
    }

    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    Connection(Connection&&) = delete;
    Connection& operator=(Connection&&) = delete;

    ~Connection() { --traffic_->connections; }

    asio::awaitable<void> run() {
        while (co_await serve_one()) {
        }
        ErrorCode ignored;
        socket_.shutdown(Socket::shutdown_both, ignored);
    }

private:
    // False when the connection is to end. Between two requests there is no limit of time, from the
    // first byte of a head to its last there is one.
    asio::awaitable<bool> read_head(Parser& parser) {
        ErrorCode error;
        if (buffer_.size() == 0) {
            const std::size_t count =
                co_await socket_.async_read_some(buffer_.prepare(read_size), awaiting(error));
            if (error) {
                co_return false;
            }
            buffer_.commit(count);
        }
        buffer_.consume(parser.put(buffer_.data(), error));
        if (error == http::error::need_more) {
            const auto timer = end_when_late(shared_socket_, limits_.head);
            error = {};
            co_await http::async_read_header(socket_, buffer_, parser, awaiting(error));
            in_time(timer);
        }
        co_return !error && parser.is_header_done();
    }

    // False when the connection is to end.
    asio::awaitable<bool> serve_one() {
        ErrorCode error;
        Parser parser;
        // Not boost::none: Boost 1.74 finds every length greater than that.
        parser.body_limit(std::numeric_limits<std::uint64_t>::max());
        parser.header_limit(64 * 1024);
        parser.on_chunk_header(check_chunk_line);
        if (!co_await read_head(parser)) {
            co_return false;
        }
        HttpRequest request = read_request(parser);
        takes_trailers_ = find(request.headers, "TE").find("trailers") != std::string_view::npos;
        if (find(request.headers, "Expect") == "100-continue") {
            constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            co_await asio::async_write(
                socket_, asio::buffer(go_on.data(), go_on.size()), awaiting(error));
        }
        auto queue = std::make_shared<StepQueue>(socket_.get_executor(), traffic_);
        bool complete = false;
        {
            ExchangePtr exchange = std::make_shared<QueuedExchange>(queue);
            const std::shared_ptr<BodySink> sink = service_.open(request, exchange);
            complete = sink ? co_await pass_body(parser, *sink)
                            : co_await collect_body(parser, request, *exchange);
            if (complete && !sink && !queue->replied) {
                service_.serve(std::move(request), std::move(exchange));
            }
        }
        const bool keep = complete && parser.get().keep_alive();
        const bool sent = complete && co_await send(*queue, keep);
        queue->close();
        co_return sent&& keep;
    }

    asio::awaitable<bool> collect_body(Parser& parser, HttpRequest& request, Exchange& exchange) {
        const std::size_t limit = service_.body_limit(request);
        Collecting collecting(*traffic_);
        bool fits = true;
        const auto length = parser.content_length();
        if (length && *length <= limit) {
            fits = collecting.add(*length, limits_.collected);
            request.body.reserve(fits ? *length : 0);
        }
        // A body that came with its head needs no timer.
        const bool here = parser.is_done() || (length && *length <= buffer_.size());
        const auto timer = here ? nullptr : end_when_late(shared_socket_, limits_.body);
        std::array<char, read_size> piece; // NOLINT(cppcoreguidelines-pro-type-member-init): filled
        while (!parser.is_done()) {
            ErrorCode error;
            const std::size_t count = co_await read_piece(parser, piece, error);
            if (error) {
                in_time(timer);
                co_return false;
            }
            const std::size_t size = request.body.size() + count;
            request.too_large = request.too_large || size > limit;
            if (!length) {
                fits = fits && collecting.add(count, limits_.collected);
            }
            if (!request.too_large && fits) {
                request.body.append(piece.data(), count);
            }
        }
        in_time(timer);
        if (request.too_large || !fits) {
            request.body.clear();
        }
        if (!fits) {
            exchange.reply(too_busy());
        }
        co_return true;
    }

    asio::awaitable<bool> pass_body(Parser& parser, BodySink& sink) {
        std::array<char, read_size> piece; // NOLINT(cppcoreguidelines-pro-type-member-init): filled
        while (!parser.is_done()) {
            ErrorCode error;
            const std::size_t count = co_await read_piece(parser, piece, error);
            if (error) {
                sink.on_abort();
                co_return false;
            }
            if (count > 0) {
                co_await pass_piece(sink, std::string(piece.data(), count));
            }
        }
        sink.on_end(copy_headers(parser.get()));
        co_return true;
    }

    // Returns when the sink takes more.
    asio::awaitable<void> pass_piece(BodySink& sink, std::string bytes) {
        auto taken = std::make_shared<asio::steady_timer>(
            socket_.get_executor(), asio::steady_timer::time_point::max());
        auto resumed = std::make_shared<bool>(false);
        sink.on_bytes(std::move(bytes), [taken, resumed] {
            *resumed = true;
            taken->cancel();
        });
        while (!*resumed) {
            ErrorCode cancelled;
            co_await taken->async_wait(awaiting(cancelled));
        }
    }

    asio::awaitable<std::size_t>
    read_piece(Parser& parser, std::array<char, read_size>& piece, ErrorCode& error) {
        parser.get().body().data = piece.data();
        parser.get().body().size = piece.size();
        co_await http::async_read_some(socket_, buffer_, parser, awaiting(error));
        if (error == http::error::need_buffer) {
            error = {};
        }
        co_return piece.size() - parser.get().body().size;
    }

    // Sends the answer as its steps come; false when it could not be sent whole.
    asio::awaitable<bool> send(StepQueue& queue, bool keep) {
        while (true) {
            while (queue.empty()) {
                ErrorCode cancelled;
                co_await queue.wake().async_wait(awaiting(cancelled));
            }
            Step step = queue.take();
            ErrorCode error;
            const bool last = co_await send_step(step, keep, error);
            queue.sent();
            if (error || std::holds_alternative<AbortStep>(step)) {
                co_return false;
            }
            if (last) {
                co_return true;
            }
        }
    }

    asio::awaitable<bool> send_step(Step& step, bool keep, ErrorCode& error) {
        if (auto* whole = std::get_if<ReplyStep>(&step)) {
            http::response<http::string_body> message;
            message.body() = std::move(whole->reply.body);
            set_head(message, whole->reply);
            message.keep_alive(keep);
            if (whole->reply.status == 204) {
                message.erase(http::field::content_type);
            } else {
                message.prepare_payload();
            }
            co_await http::async_write(socket_, message, awaiting(error));
            co_return true;
        }
        if (auto* begin = std::get_if<BeginStep>(&step)) {
            http::response<http::empty_body> message;
            set_head(message, begin->head);
            if (!takes_trailers_) {
                message.erase(http::field::trailer);
            }
            message.chunked(true);
            message.keep_alive(keep);
            http::response_serializer<http::empty_body> serializer(message);
            co_await http::async_write_header(socket_, serializer, awaiting(error));
            co_return false;
        }
        if (auto* write = std::get_if<WriteStep>(&step)) {
            co_await asio::async_write(
                socket_, http::make_chunk(asio::buffer(write->bytes)), awaiting(error));
            asio::post(socket_.get_executor(), std::move(write->written));
            co_return false;
        }
        if (auto* finish = std::get_if<FinishStep>(&step)) {
            if (!finish->trailers.empty() && !takes_trailers_) {
                // A cut connection is the only way to tell such a peer that it went wrong.
                error = asio::error::operation_aborted;
                co_return true;
            }
            http::fields trailers;
            for (const Header& header : finish->trailers) {
                trailers.set(header.name, header.value);
            }
            co_await asio::async_write(socket_, http::make_chunk_last(trailers), awaiting(error));
        }
        co_return true;
    }

    std::shared_ptr<Socket> shared_socket_;
    Socket& socket_;
    HttpService& service_;
    ServerLimits limits_;
    std::shared_ptr<Traffic> traffic_;
    boost::beast::flat_buffer buffer_;
    bool takes_trailers_ = false;
};

} // namespace

asio::awaitable<void> serve_connection(
    StreamSocket socket,
    HttpService& service,
    ServerLimits limits,
    std::shared_ptr<Traffic> traffic) {
    Connection connection(std::move(socket), service, limits, std::move(traffic));
    co_await connection.run();
}

} // namespace samara::rie
