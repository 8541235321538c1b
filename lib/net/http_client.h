#pragma once

#include "base/error.h"
#include "net/http_message.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// An HTTP/1.1 client over TCP, TLS or a unix socket, with bodies streamed both ways.
namespace samara::net {

struct TcpAddress {
    std::string host;
    std::uint16_t port = 80;
};

/// A proxy that opens a tunnel (RFC 9110 section 9.3.6).
struct TunnelProxy {
    std::string host;
    std::uint16_t port = 80;
    std::string authorization; ///< value of Proxy-Authorization; may be empty
};

struct TlsAddress {
    std::string host;
    std::uint16_t port = 443;
    std::string authorities; ///< PEM file of certificate authorities; empty: the system's
    std::string certificate; ///< the client's own, PEM; may be empty
    std::string key;         ///< its private key, PEM; may be empty
    bool verify = true;
    std::optional<TunnelProxy> proxy = {}; ///< on the way there
};

struct UnixAddress {
    std::string socket; ///< path
};

using HttpAddress = std::variant<TcpAddress, TlsAddress, UnixAddress>;

/// "localhost:8080", "https://host:2376", "unix:///var/run/docker.sock".
std::string to_string(const HttpAddress& address);

enum class HttpFailure : std::uint8_t {
    refused,   ///< nobody listens there, or one may not connect
    timeout,   ///< no connection, no bytes or no end within the time of the request
    closed,    ///< the peer ended the connection in the middle
    tls,       ///< no handshake, or a certificate that is not trusted
    too_large, ///< the answer has more bytes than the request takes
    cancelled, ///< by `stop_descriptor`, or a sink or source that did not want to go on
    other,
};

struct HttpError {
    HttpFailure kind = HttpFailure::other;
    std::string message; ///< names the address and what happened

    [[nodiscard]] base::Error error() const {
        base::Error error;
        error.message = message;
        return error;
    }
};

template <class T>
using HttpResult = tl::expected<T, HttpError>;

/// Gives the next bytes of a body; empty ends it. The bytes must stay until the next call.
using BodySource = std::function<HttpResult<std::string_view>()>;

/// Takes bytes of a body as they come; false ends the exchange.
using BodyReceiver = std::function<bool(std::string_view bytes)>;

struct ClientResponse {
    int status = 0;
    HttpHeaders headers;
    std::string body;
    HttpHeaders trailers = {}; ///< PlainClient's alone

    [[nodiscard]] bool success() const { return status >= 200 && status < 300; }
};

struct ClientRequest {
    std::string method = "GET";
    std::string target = "/"; ///< path and query, encoded by the caller
    /// Content-Length is written by the client, Host too unless it is given. What is no header (see
    /// is_valid_header) is left out.
    HttpHeaders headers = {};
    std::string body = {};
    BodySource body_source = {}; ///< instead of `body`: sent in chunks

    /// Bytes that `body_source` gives in all: sent with their length instead of in chunks.
    std::optional<std::uint64_t> body_size = {};

    /// The path is a secret itself: it is not told to --debug.
    bool private_target = false;

    /// Receives the body of a 2xx answer instead of ClientResponse::body. The first 64 KB of others
    /// are collected there all the same: they say what went wrong.
    BodyReceiver body_sink = {};

    /// Sees the head of an answer before its body, and says whether `body_sink` gets that body.
    /// Empty: it gets those of 2xx answers.
    std::function<bool(const ClientResponse& head)> head_sink = {};

    /// For the connection, and then for each wait for bytes; zero: without end.
    std::chrono::milliseconds timeout{60'000};

    /// For all of it, from the name lookup to the last byte: a server that trickles is no better
    /// than one that is silent. Zero, without end, is for what lasts as long as something else
    /// does: a container's log, a build, a function.
    std::chrono::milliseconds time_limit = std::chrono::minutes(10);

    /// Bytes of the answer's body, whether a sink takes them or not.
    std::uint64_t body_limit = 64UL * 1024 * 1024;

    /// Ends the exchange with HttpFailure::cancelled once it polls readable; -1: none.
    int stop_descriptor = -1;
};

/// For bodies whose end something else decides.
constexpr std::uint64_t no_body_limit = std::numeric_limits<std::uint64_t>::max();

/// One connection, kept open between exchanges and made again when the peer has closed it. One
/// exchange at a time: not for several threads at once. An exchange costs one write and no thread.
class HttpClient {
public:
    explicit HttpClient(HttpAddress address);
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    HttpClient(HttpClient&&) noexcept;
    HttpClient& operator=(HttpClient&&) noexcept;
    ~HttpClient();

    [[nodiscard]] const HttpAddress& address() const;

    /// An answer of any status is a success. Redirects are not followed, bodies not decompressed.
    /// Only a GET or HEAD is sent again, where the peer closed the idle connection meanwhile.
    HttpResult<ClientResponse> send(const ClientRequest& request);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// Everything but letters, digits and "-._~" as %XX, for a path segment or a query value.
std::string percent_encode(std::string_view text);

} // namespace samara::net
