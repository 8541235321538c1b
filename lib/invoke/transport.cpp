#include "invoke/transport.h"

#include "base/base64.h"
#include "net/header_text.h"
#include "net/plain_client.h"

#include <fmt/format.h>

namespace samara::invoke {

namespace {

constexpr std::string_view invocations = "/2015-03-31/functions/function/invocations";

constexpr std::string_view streamed_invocations =
    "/2021-11-15/functions/function/response-streaming-invocations";

constexpr std::string_view settled = "/settled";

net::PlainClient::Address address_of(const engine::Endpoint& endpoint) {
    if (const auto* tcp = std::get_if<engine::TcpEndpoint>(&endpoint)) {
        return net::TcpAddress{tcp->host, tcp->port};
    }
    return net::UnixAddress{std::get<engine::UnixEndpoint>(endpoint).socket.string()};
}

class HttpTransport : public Transport {
public:
    explicit HttpTransport(const engine::Endpoint& endpoint) : client_(address_of(endpoint)) {}

    base::Result<void>
    settle(std::chrono::milliseconds timeout, const os::Cancellation& cancel) override {
        net::ClientRequest message;
        message.target = settled;
        message.timeout = timeout;
        message.stop_descriptor = cancel.descriptor();
        if (const auto answer = client_.send(message); !answer) {
            return base::fail(said(answer.error()));
        }
        return {}; // an emulator that does not know the path takes the call in its line
    }

    base::Task<base::Result<Response>> invoke(
        Request request,
        std::chrono::milliseconds timeout,
        const os::Cancellation& cancel) override {
        net::ClientRequest message;
        message.method = "POST";
        message.target = invocations;
        message.headers.push_back({"Content-Type", "application/json"});
        const auto add = [&](std::string name, const std::string& value) {
            if (!value.empty()) {
                message.headers.push_back({std::move(name), value});
            }
        };
        add("X-Amz-Client-Context", request.client_context);
        add("X-Amzn-Trace-Id", request.trace_id);
        add("X-Amzn-RequestId", request.request_id);
        add("X-Amz-Tenant-Id", request.tenant_id);
        add("X-Samara-Qualifier", request.qualifier);
        add("X-Amz-Log-Type", request.tail_log ? "Tail" : "");
        message.body = std::move(request.payload);
        message.timeout = timeout;
        message.time_limit = timeout;
        message.body_limit = net::no_body_limit; // the emulator holds results to Lambda's quota
        message.stop_descriptor = cancel.descriptor();
        if (request.stream) {
            hand_on(message, std::move(request.stream));
        }
        net::HttpResult<net::ClientResponse> answer = co_await client_.ask(std::move(message));
        if (!answer) {
            co_return base::fail(said(answer.error()));
        }
        co_return to_response(std::move(*answer));
    }

private:
    /// What the function writes goes to `stream`.
    static void
    hand_on(net::ClientRequest& message, const std::shared_ptr<ResponseStream>& stream) {
        message.target = streamed_invocations;
        message.headers.push_back({"TE", "trailers"}); // how it has ended stands behind it
        // The time that a slow client takes is not the function's, which the emulator ends all the
        // same: what it has written until then is still to be read.
        message.time_limit = {};
        message.head_sink = [stream](const net::ClientResponse& head) {
            if (!head.success() ||
                net::find_header(head.headers, "X-Amz-Function-Error") != nullptr) {
                return false;
            }
            stream->begin(std::string(net::header_text(head.headers, "Content-Type")));
            return true;
        };
        message.body_sink = [stream](std::string_view bytes) {
            stream->write(bytes); // wanted or not, the function goes on
            return true;
        };
    }

    static std::string said(const net::HttpError& error) {
        return error.kind == net::HttpFailure::cancelled
                   ? "interrupted"
                   : fmt::format("the execution environment did not answer: {}", error.message);
    }

    static Response to_response(net::ClientResponse answer) {
        Response response;
        response.status = answer.status;
        response.payload = std::move(answer.body);
        const auto header = [&](std::string_view name) {
            return net::header_text(answer.headers, name);
        };
        response.function_error = header("X-Amz-Function-Error");
        response.error_type = header("X-Samara-Error-Type");
        response.log_result = header("X-Amz-Log-Result");
        response.request_id = header("X-Amzn-RequestId");
        take_trailers(answer.trailers, response);
        return response;
    }

    /// How a stream has ended.
    static void take_trailers(const net::HttpHeaders& trailers, Response& response) {
        if (net::find_header(trailers, "Lambda-Runtime-Function-Error-Type") != nullptr) {
            response.function_error = "Unhandled";
            response.payload = base::base64_decode(
                                   net::header_text(trailers, "Lambda-Runtime-Function-Error-Body"))
                                   .value_or(std::string());
        }
        if (const std::string* log = net::find_header(trailers, "X-Amz-Log-Result")) {
            response.log_result = *log;
        }
    }

    net::PlainClient client_;
};

} // namespace

std::unique_ptr<Transport> connect_transport(const engine::Endpoint& endpoint) {
    return std::make_unique<HttpTransport>(endpoint);
}

} // namespace samara::invoke
