#pragma once

#include "net/http_message.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

/// What a server serves, and the way back to the client. No sockets are seen here, and no library.
namespace samara::net {

class Exchange;

/// The way back for one request: either `send` once, or `begin`, any number of `write`, and
/// `finish` or `abort`. Steps that do not follow from those before are not taken. It has one owner,
/// may be used on any thread, and outlives the connection: what comes too late is dropped. Let go
/// without an answer, it ends the connection.
class ReplyHandle {
public:
    ReplyHandle() = default;
    explicit ReplyHandle(std::shared_ptr<Exchange> exchange);
    ReplyHandle(const ReplyHandle&) = delete;
    ReplyHandle& operator=(const ReplyHandle&) = delete;
    ReplyHandle(ReplyHandle&&) noexcept;
    ReplyHandle& operator=(ReplyHandle&&) noexcept;
    ~ReplyHandle();

    /// The answer as a whole; or the one to a handshake, after which the connection speaks
    /// WebSocket, see HttpResponse::websocket.
    void send(HttpResponse response);

    /// Opens a streamed answer; the body of `head` is not used, its `answered` is called when the
    /// stream has ended.
    void begin(HttpResponse head);

    /// Called when the next piece may come, never from within write(): on the connection's thread.
    /// False: the client is gone, and nothing more is sent.
    using Written = std::function<void(bool open)>;

    void write(std::string bytes, Written written);

    /// Ends a streamed answer. Trailers reach a client that takes them ("TE: trailers"); for
    /// another one, an answer that would need them is cut off.
    void finish(HttpHeaders trailers = {});

    /// Breaks the connection off, so that the client knows the answer to be incomplete.
    void abort();

private:
    std::shared_ptr<Exchange> exchange_;
};

/// Receives a request body piece by piece, on the connection's thread.
class BodySink {
public:
    BodySink() = default;
    BodySink(const BodySink&) = delete;
    BodySink& operator=(const BodySink&) = delete;
    BodySink(BodySink&&) = delete;
    BodySink& operator=(BodySink&&) = delete;
    virtual ~BodySink() = default;

    /// The server reads on when `resume` is called, which may be from within and on any thread.
    virtual void on_bytes(std::string bytes, std::function<void()> resume) = 0;
    virtual void on_end(const HttpHeaders& trailers) = 0;
    virtual void on_abort() = 0; ///< the client went away in the middle
};

/// What becomes of a body.
struct Intake {
    /// Where it goes as it comes; nothing: it is collected, and serve() is called.
    std::shared_ptr<BodySink> sink;
    std::size_t limit = 0; ///< bytes that are collected
    /// What is larger is refused with 413; false: it is passed over, and serve() is called with
    /// HttpRequest::too_large.
    bool refuse_larger = true;
    /// What is refused with 413 is handed to serve() all the same, without its body and with
    /// HttpRequest::too_large: its answer is the last one of the connection.
    bool answers_larger = false;
};

class HttpService {
public:
    HttpService() = default;
    HttpService(const HttpService&) = delete;
    HttpService& operator=(const HttpService&) = delete;
    HttpService(HttpService&&) = delete;
    HttpService& operator=(HttpService&&) = delete;
    virtual ~HttpService() = default;

    /// A head has come. A service with a sink takes `reply` along with it; one may also answer at
    /// once. On the connection's thread, as serve(): neither may wait or throw.
    virtual Intake open(const HttpRequest& head, ReplyHandle& reply) = 0;

    /// A request has come whole, and open() has not answered it.
    virtual void serve(HttpRequest request, ReplyHandle reply) = 0;
};

} // namespace samara::net
