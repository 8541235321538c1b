#pragma once

#include "base/task.h"
#include "net/http_client.h"

#include <memory>
#include <variant>

namespace samara::net {

/// A keep-alive connection without TLS for the path of every request: the request is one write, the
/// answer one read where it fits, and trailers are understood. For a server of ours, the emulator;
/// HttpClient is for all others. One exchange at a time.
class PlainClient {
public:
    using Address = std::variant<TcpAddress, UnixAddress>;

    explicit PlainClient(const Address& address);
    PlainClient(const PlainClient&) = delete;
    PlainClient& operator=(const PlainClient&) = delete;
    PlainClient(PlainClient&&) noexcept;
    PlainClient& operator=(PlainClient&&) noexcept;
    ~PlainClient();

    /// As HttpClient::send, with `body` alone: no source. Nothing is sent twice.
    HttpResult<ClientResponse> send(const ClientRequest& request);

    /// The same without holding up an event loop: on one, the task is suspended until the answer is
    /// there. Where there is no connection yet, or the body goes to a sink, it goes on on a thread.
    base::Task<HttpResult<ClientResponse>> ask(ClientRequest request);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace samara::net
