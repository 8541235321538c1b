#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// HTTP/1.1 messages as they were on the wire: nothing decoded, nothing reordered, nothing merged.
namespace samara::net {

class WebSocketService;

struct HttpHeader {
    std::string name;
    std::string value;
};

using HttpHeaders = std::vector<HttpHeader>;

/// The value of the first header called `name` (any case), or nullptr.
const std::string* find_header(const HttpHeaders& headers, std::string_view name);

/// The values of all headers called `name` (any case), in their order.
std::vector<std::string> header_values(const HttpHeaders& headers, std::string_view name);

/// ASCII case-insensitive equality, as header names and a few of their values are compared.
bool equal_ignoring_case(std::string_view a, std::string_view b);

struct HttpRequest {
    std::string method;  ///< a token, as sent
    std::string target;  ///< origin form, starts with '/'; percent-encoding untouched
    HttpHeaders headers; ///< in the order and spelling of the client
    std::string body;    ///< chunks joined
    std::string remote_address;
    bool http_1_0 = false;
    bool too_large = false; ///< the body was larger than what is taken, and is left out

    /// The target before '?'.
    [[nodiscard]] std::string_view path() const;
    /// The target after '?', empty when there is none.
    [[nodiscard]] std::string_view query() const;
};

/// Content-Length, Connection and Date are the server's to write; handlers leave them out.
struct HttpResponse {
    int status = 200;
    HttpHeaders headers;
    std::string body;
    /// The server calls it once the answer is written, or cannot be: for what no client waits for.
    std::function<void()> answered = {};
    /// Takes the connection over: see handshake_answer(), which makes such an answer.
    std::shared_ptr<WebSocketService> websocket = {};

    /// Takes the next piece of a body; returns once the client's connection has it, false when the
    /// client is gone.
    using Write = std::function<bool(std::string bytes)>;

    /// Writes what comes after `body`, where that is not known yet; called once, on a thread that
    /// may wait. Gives whether the body is complete: else the client sees its connection end. Only
    /// for HttpServer::Handler.
    std::function<bool(const Write& write)> stream = {};
};

/// "Not Found" for 404; "Unknown" for codes without a registered name.
std::string_view reason_phrase(int status);

/// Whether a header can be written without changing the message around it: the name is a token and
/// the value has no control characters (RFC 9110 section 5).
bool is_valid_header(std::string_view name, std::string_view value);

/// Status line, headers and the empty line. A header that is not valid is left out.
std::string encode_head(const HttpResponse& response, std::size_t content_length, bool keep_alive);

/// The same for an answer whose length is not known: in chunks, or until the connection ends.
std::string encode_streamed_head(const HttpResponse& response, bool chunked, bool keep_alive);

} // namespace samara::net
