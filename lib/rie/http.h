#pragma once

#include "net/header_text.h"
#include "net/http_service.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// HTTP as the emulator sees it: no sockets, no third party. The server (api_server.h) puts it on
/// that of net/.
namespace samara::rie {

using Header = net::HttpHeader;
using Headers = net::HttpHeaders;
using HttpRequest = net::HttpRequest;
using BodySink = net::BodySink;

struct HttpReply {
    unsigned status = 200;
    std::string body;
    Headers headers; ///< Content-Type is application/json unless named here
};

/// `{"errorMessage": ..., "errorType": ...}`, the shape of every error of the Lambda APIs.
HttpReply error_reply(unsigned status, std::string_view type, std::string_view message);

/// What a caller gets whose call does not run any more.
HttpReply shutting_down();

/// The trailers of a streamed response that ends with an error; `document` is its JSON
/// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming).
Headers error_trailers(std::string_view type, std::string_view document);

/// The way back for one request: either `reply` once, or `begin`, any number of `write`, and
/// `finish` or `abort`. What is written after the peer went away is dropped.
class Exchange {
public:
    Exchange() = default;
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    Exchange(Exchange&&) = delete;
    Exchange& operator=(Exchange&&) = delete;
    virtual ~Exchange() = default;

    virtual void reply(HttpReply reply) = 0;

    /// Opens a streamed answer; the body of `head` is not used.
    virtual void begin(HttpReply head) = 0;
    /// `written` is called when the next piece may come, never from within write().
    virtual void write(std::string bytes, std::function<void()> written) = 0;
    virtual void finish(Headers trailers) = 0;
    /// Breaks the connection off, so that the peer knows the answer to be incomplete.
    virtual void abort() = 0;
};

using ExchangePtr = std::shared_ptr<Exchange>;

/// What a server serves.
class EmulatorApi {
public:
    EmulatorApi() = default;
    EmulatorApi(const EmulatorApi&) = delete;
    EmulatorApi& operator=(const EmulatorApi&) = delete;
    EmulatorApi(EmulatorApi&&) = delete;
    EmulatorApi& operator=(EmulatorApi&&) = delete;
    virtual ~EmulatorApi() = default;

    /// Bytes of body taken for this request before it counts as too large.
    [[nodiscard]] virtual std::size_t body_limit(const HttpRequest& head) const = 0;

    /// Where the body of this request goes as it comes; nothing: collect it and call serve().
    virtual std::shared_ptr<BodySink>
    open(const HttpRequest& head, const ExchangePtr& exchange) = 0;

    virtual void serve(HttpRequest request, ExchangePtr exchange) = 0;
};

} // namespace samara::rie
