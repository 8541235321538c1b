#include "net/plain_client.h"

#include "net/answer_parser.h"
#include "net/connection.h"
#include "net/connector.h"
#include "net/event_loops.h"
#include "net/loop.h"
#include "net/plain_stream.h"
#include "net/wait.h"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace samara::net {

namespace {

HttpAddress any_address(const PlainClient::Address& address) {
    return std::visit([](const auto& known) { return HttpAddress(known); }, address);
}

/// On the stack of every thread that calls a function.
constexpr std::size_t read_size = 16UL * 1024;
/// A server that never lets us wait would never let us see the stop either.
constexpr std::uint64_t look_every = 64UL * 1024;

std::string encode_request(const ClientRequest& request) {
    std::string head;
    head.reserve(512);
    head.append(request.method).append(" ").append(request.target);
    head.append(" HTTP/1.1\r\nHost: localhost\r\n");
    for (const HttpHeader& header : request.headers) {
        if (is_valid_header(header.name, header.value)) {
            head.append(header.name).append(": ").append(header.value).append("\r\n");
        }
    }
    head.append("Content-Length: ").append(fmt::format_int(request.body.size()).c_str());
    return head.append("\r\n\r\n");
}

/// Suspends a task until the socket is ready.
class Ready {
public:
    Ready(StreamSocket& socket, asio::socket_base::wait_type what, ErrorCode& error)
        : socket_(socket), what_(what), error_(error) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }

    void await_suspend(std::coroutine_handle<> task) {
        socket_.async_wait(what_, [&error = error_, task](const ErrorCode& result) {
            error = result;
            task.resume();
        });
    }

    void await_resume() const noexcept {}

private:
    StreamSocket& socket_;
    asio::socket_base::wait_type what_;
    ErrorCode& error_;
};

/// The end of one exchange on a loop: its time, or a stop.
class Limit {
public:
    Limit(Loop& loop, PlainStream& stream, const AnswerLimits& limits)
        : loop_(loop),
          wait_(loop.waits.begin({limits.next(), limits.stop_fd, [this, &stream](IoStatus why) {
                                      why_ = why;
                                      stream.cancel();
                                  }})) {}

    Limit(const Limit&) = delete;
    Limit& operator=(const Limit&) = delete;
    Limit(Limit&&) = delete;
    Limit& operator=(Limit&&) = delete;

    ~Limit() { loop_.waits.end(wait_); }

    void extend(const AnswerLimits& limits) { wait_->until = limits.next(); }

    /// Why nothing more came.
    [[nodiscard]] IoStatus why() const { return why_; }

private:
    Loop& loop_;
    IoStatus why_ = IoStatus::closed;
    LoopWaits::Place wait_;
};

} // namespace

/// The connection is registered with the loop of the exchange before, if that was on one.
class PlainClient::Impl {
public:
    explicit Impl(const Address& address) : address_(any_address(address)) {}

    HttpResult<ClientResponse> send(const ClientRequest& request) {
        const AnswerLimits limits = limits_of(request);
        if (auto failed = prepare(limits)) {
            return tl::unexpected(std::move(*failed));
        }
        Socket socket = take(); // put back when it can go on
        const auto transport = make_plain_stream(socket.get());
        const IoStatus sent =
            transport->write(encode_request(request), request.body, limits.next(), limits.stop_fd);
        if (sent == IoStatus::timed_out || sent == IoStatus::stopped) {
            return tl::unexpected(at(wait_failure(sent, limits)));
        }
        // A server that refuses a body answers in the middle of it: the answer is read all the
        // same.
        AnswerParser parser(request);
        if (auto failed = read(parser, *transport, limits)) {
            return tl::unexpected(at(std::move(*failed)));
        }
        if (sent == IoStatus::ok && parser.keep()) {
            socket_ = std::move(socket);
        }
        return std::move(parser.answer());
    }

    base::Task<HttpResult<ClientResponse>> ask(ClientRequest request) {
        Loop* const loop = loop_of_thread();
        const AnswerLimits limits = limits_of(request);
        if (loop == nullptr || request.body_sink || !is_open()) {
            const bool may_wait = co_await to_thread();
            if (!may_wait) {
                co_return tl::unexpected(at({HttpFailure::other, "no thread can be made"}));
            }
            co_return send(request);
        }
        AnswerParser parser(request);
        Failed failed = co_await exchange(*loop, request, limits, parser);
        if (failed || !parser.keep()) {
            stream_.reset();
        }
        if (failed) {
            co_return tl::unexpected(at(std::move(*failed)));
        }
        co_return std::move(parser.answer());
    }

private:
    using Failed = std::optional<HttpError>;

    [[nodiscard]] HttpError at(HttpError error) const {
        error.message = fmt::format("{}: {}", to_string(address_), error.message);
        return error;
    }

    [[nodiscard]] int descriptor() {
        return stream_ ? stream_->socket().native_handle() : socket_.get();
    }

    /// Whether there is a connection. One that the server closed meanwhile, or that has bytes
    /// nobody asked for, is dropped.
    bool is_open() {
        if (is_readable(descriptor())) {
            stream_.reset();
            socket_ = {};
        }
        return descriptor() >= 0;
    }

    /// Sees to a connection.
    Failed prepare(const AnswerLimits& limits) {
        if (is_readable(limits.stop_fd)) {
            return at(wait_failure(IoStatus::stopped, limits));
        }
        if (is_open()) {
            return std::nullopt;
        }
        buffer_.clear();
        auto connected = connect_to(address_, limits.connecting(), limits.stop_fd);
        if (!connected) {
            return std::move(connected).error();
        }
        socket_ = std::move(connected->socket);
        return std::nullopt;
    }

    /// The connection, off its loop.
    Socket take() {
        if (!stream_) {
            return std::exchange(socket_, {});
        }
        ErrorCode ignored;
        Socket socket(stream_->socket().release(ignored));
        stream_.reset();
        return socket;
    }

    PlainStream& enter(Loop& loop) {
        if (!stream_ || loop_ != &loop) {
            Socket socket = take();
            loops_ = EventLoops::of_process();
            stream_.emplace(adopt(loop.context, socket));
            loop_ = &loop;
        }
        return *stream_;
    }

    Failed read(AnswerParser& parser, ByteStream& transport, const AnswerLimits& limits) {
        std::uint64_t unlooked = 0;
        while (!parser.done()) {
            if (unlooked >= look_every && is_readable(limits.stop_fd)) {
                return wait_failure(IoStatus::stopped, limits);
            }
            unlooked = unlooked >= look_every ? 0 : unlooked;
            std::array<char, read_size> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init)
            const ReadResult got = transport.read(bytes, limits.next(), limits.stop_fd);
            buffer_.append(bytes.data(), got.count);
            unlooked += got.count;
            Failed failed = got.status == IoStatus::ok       ? parser.feed(buffer_)
                            : got.status == IoStatus::closed ? parser.close()
                                                             : wait_failure(got.status, limits);
            if (failed) {
                return failed;
            }
        }
        return std::nullopt;
    }

    base::Task<Failed> exchange(
        Loop& loop,
        const ClientRequest& request,
        const AnswerLimits& limits,
        AnswerParser& parser) {
        PlainStream& stream = enter(loop);
        Limit limit(loop, stream, limits);
        ErrorCode error;
        const std::string head = encode_request(request);
        std::size_t sent = stream.write_now(head, request.body, error);
        while (!error && sent < head.size() + request.body.size()) {
            limit.extend(limits);
            co_await Ready(stream.socket(), asio::socket_base::wait_write, error);
            if (!error) {
                const std::size_t of_body = sent - std::min(sent, head.size());
                sent += stream.write_now(
                    std::string_view(head).substr(std::min(sent, head.size())),
                    std::string_view(request.body).substr(of_body),
                    error);
            }
        }
        // A server that refuses a body answers in the middle of it.
        const bool whole = !error;
        while (!parser.done()) {
            limit.extend(limits);
            if (limit.why() == IoStatus::closed) {
                co_await Ready(stream.socket(), asio::socket_base::wait_read, error);
            }
            if (limit.why() != IoStatus::closed) {
                co_return wait_failure(limit.why(), limits);
            }
            if (!stream.take(buffer_, error)) {
                continue;
            }
            Failed failed = error ? parser.close() : parser.feed(buffer_);
            if (failed) {
                co_return failed;
            }
        }
        if (!whole) {
            stream_.reset();
        }
        co_return std::nullopt;
    }

    HttpAddress address_;
    Socket socket_;                     // while it is on no loop
    std::shared_ptr<EventLoops> loops_; // of the stream
    std::optional<PlainStream> stream_; // while it is on one
    Loop* loop_ = nullptr;
    std::string buffer_; // received and not yet used
};

PlainClient::PlainClient(const Address& address) : impl_(std::make_unique<Impl>(address)) {}

PlainClient::PlainClient(PlainClient&&) noexcept = default;
PlainClient& PlainClient::operator=(PlainClient&&) noexcept = default;
PlainClient::~PlainClient() = default;

HttpResult<ClientResponse> PlainClient::send(const ClientRequest& request) {
    return impl_->send(request);
}

base::Task<HttpResult<ClientResponse>> PlainClient::ask(ClientRequest request) {
    return impl_->ask(std::move(request));
}

} // namespace samara::net
