#include "invoke/transport.h"

#include "net/plain_client.h"

#include <fmt/format.h>

namespace samara::invoke {

namespace {

constexpr std::string_view invocations = "/2015-03-31/functions/function/invocations";

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

    base::Result<Response> invoke(
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
        net::HttpResult<net::ClientResponse> answer = client_.send(message);
        if (!answer) {
            return base::fail(said(answer.error()));
        }
        return to_response(std::move(*answer));
    }

private:
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
            const std::string* value = net::find_header(answer.headers, name);
            return value == nullptr ? std::string() : *value;
        };
        response.function_error = header("X-Amz-Function-Error");
        response.error_type = header("X-Samara-Error-Type");
        response.log_result = header("X-Amz-Log-Result");
        response.request_id = header("X-Amzn-RequestId");
        return response;
    }

    net::PlainClient client_;
};

} // namespace

std::unique_ptr<Transport> connect_transport(const engine::Endpoint& endpoint) {
    return std::make_unique<HttpTransport>(endpoint);
}

} // namespace samara::invoke
