#include "rie/http_connection.h"

#include "rie/http_exchange.h"

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

HttpRequest read_head(const Parser& parser) {
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

/// One request after the other on one connection.
class Connection {
public:
    Connection(Socket socket, HttpService& service, std::shared_ptr<Traffic> traffic)
        : socket_(std::move(socket)), service_(service), traffic_(std::move(traffic)) {}

    asio::awaitable<void> run() {
        while (co_await serve_one()) {
        }
        ErrorCode ignored;
        socket_.shutdown(Socket::shutdown_both, ignored);
    }

private:
    // False when the connection is to end.
    asio::awaitable<bool> serve_one() {
        ErrorCode error;
        Parser parser;
        // Not boost::none: Boost 1.74 finds every length greater than that.
        parser.body_limit(std::numeric_limits<std::uint64_t>::max());
        parser.header_limit(64 * 1024);
        co_await http::async_read_header(socket_, buffer_, parser, awaiting(error));
        if (error) {
            co_return false;
        }
        HttpRequest request = read_head(parser);
        takes_trailers_ = find(request.headers, "TE").find("trailers") != std::string_view::npos;
        if (find(request.headers, "Expect") == "100-continue") {
            constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            co_await asio::async_write(
                socket_, asio::buffer(go_on.data(), go_on.size()), awaiting(error));
        }
        auto queue = std::make_shared<StepQueue>(socket_.get_executor());
        bool complete = false;
        {
            ExchangePtr exchange = std::make_shared<QueuedExchange>(queue);
            const std::shared_ptr<BodySink> sink = service_.open(request, exchange);
            complete =
                sink ? co_await pass_body(parser, *sink) : co_await collect_body(parser, request);
            if (complete && !sink && !queue->replied) {
                service_.serve(std::move(request), std::move(exchange));
            }
        }
        const bool keep = complete && parser.get().keep_alive();
        const bool sent = complete && co_await send(*queue, keep);
        queue->closed = !sent;
        drop(*queue);
        co_return sent&& keep;
    }

    asio::awaitable<bool> collect_body(Parser& parser, HttpRequest& request) {
        const std::size_t limit = service_.body_limit(request);
        if (const auto length = parser.content_length(); length && *length <= limit) {
            request.body.reserve(*length);
        }
        std::array<char, 65536> piece; // NOLINT(cppcoreguidelines-pro-type-member-init): filled
        while (!parser.is_done()) {
            ErrorCode error;
            const std::size_t count = co_await read_piece(parser, piece, error);
            if (error) {
                co_return false;
            }
            request.too_large = request.too_large || request.body.size() + count > limit;
            if (!request.too_large) {
                request.body.append(piece.data(), count);
            }
        }
        if (request.too_large) {
            request.body.clear();
        }
        co_return true;
    }

    asio::awaitable<bool> pass_body(Parser& parser, BodySink& sink) {
        std::array<char, 65536> piece; // NOLINT(cppcoreguidelines-pro-type-member-init): filled
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
    read_piece(Parser& parser, std::array<char, 65536>& piece, ErrorCode& error) {
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
            while (queue.steps.empty()) {
                ErrorCode cancelled;
                co_await queue.wake.async_wait(awaiting(cancelled));
            }
            Step step = std::move(queue.steps.front());
            queue.steps.pop_front();
            ++traffic_->pending;
            ErrorCode error;
            const bool last = co_await send_step(step, keep, error);
            --traffic_->pending;
            traffic_->settle();
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

    // Writers of what will not be sent any more go on.
    static void drop(StepQueue& queue) {
        for (Step& step : std::exchange(queue.steps, {})) {
            if (auto* write = std::get_if<WriteStep>(&step)) {
                asio::post(queue.wake.get_executor(), std::move(write->written));
            }
        }
    }

    Socket socket_;
    HttpService& service_;
    std::shared_ptr<Traffic> traffic_;
    boost::beast::flat_buffer buffer_;
    bool takes_trailers_ = false;
};

} // namespace

asio::awaitable<void>
serve_connection(StreamSocket socket, HttpService& service, std::shared_ptr<Traffic> traffic) {
    Connection connection(std::move(socket), service, std::move(traffic));
    co_await connection.run();
}

} // namespace samara::rie
