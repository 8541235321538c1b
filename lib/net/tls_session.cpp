#include "net/http_session.h"
#include "net/transport.h"

#include <array>
#include <memory>

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <openssl/ssl.h>

// HTTP over TLS: the one source of the servers that knows it.
namespace samara::net {

namespace {

/// PlainStream's counterpart.
class TlsStream {
public:
    TlsStream(StreamSocket socket, asio::ssl::context& context)
        : stream_(std::make_unique<asio::ssl::stream<StreamSocket>>(std::move(socket), context)) {}

    Awaitable<void> open(ErrorCode& error) {
        co_await stream_->async_handshake(asio::ssl::stream_base::server, awaiting(error));
    }

    Awaitable<void> read(std::string& buffer, ErrorCode& error) {
        const std::size_t before = buffer.size();
        buffer.resize(before + read_size);
        const std::size_t count = co_await stream_->async_read_some(
            asio::buffer(buffer.data() + before, read_size), awaiting(error));
        buffer.resize(before + count);
    }

    void read_now(std::string& /*buffer*/) {}

    Awaitable<void> write(std::string_view head, std::string_view body, ErrorCode& error) {
        // One record, hence one packet, for a small answer.
        std::string joined;
        joined.reserve(head.size() + body.size());
        joined.append(head).append(body);
        co_await asio::async_write(*stream_, asio::buffer(joined), awaiting(error));
    }

    Awaitable<void> finish() {
        ErrorCode ignored;
        co_await stream_->async_shutdown(awaiting(ignored));
    }

    void cancel() {
        ErrorCode ignored;
        stream_->next_layer().cancel(ignored);
    }

    void close() {
        ErrorCode ignored;
        stream_->next_layer().close(ignored);
    }

private:
    static constexpr std::size_t read_size = std::size_t{16} * 1024;

    std::unique_ptr<asio::ssl::stream<StreamSocket>> stream_;
};

} // namespace

std::shared_ptr<Connection> make_tls_connection(
    asio::io_context& context,
    Accepted accepted,
    std::shared_ptr<ServerShare> share,
    std::shared_ptr<Deadlines> deadlines,
    const std::shared_ptr<TlsContext>& tls) {
    SSL_CTX_up_ref(tls->native());
    asio::ssl::context shared(tls->native()); // its own hold ends with it
    return std::make_shared<HttpSession<TlsStream>>(
        context,
        TlsStream(adopt(context, accepted.socket), shared),
        std::move(accepted.remote_address),
        std::move(share),
        std::move(deadlines));
}

} // namespace samara::net
