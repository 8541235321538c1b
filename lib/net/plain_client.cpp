#include "net/plain_client.h"

#include "net/answer_reader.h"
#include "net/connector.h"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <poll.h>

namespace samara::net {

namespace {

HttpAddress any_address(const PlainClient::Address& address) {
    return std::visit([](const auto& known) { return HttpAddress(known); }, address);
}

std::string encode_request(const ClientRequest& request) {
    std::string head =
        fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n", request.method, request.target);
    for (const HttpHeader& header : request.headers) {
        if (is_valid_header(header.name, header.value)) {
            head.append(header.name).append(": ").append(header.value).append("\r\n");
        }
    }
    return head += fmt::format("Content-Length: {}\r\n\r\n", request.body.size());
}

} // namespace

class PlainClient::Impl {
public:
    explicit Impl(const Address& address) : address_(any_address(address)) {}

    HttpResult<ClientResponse> send(const ClientRequest& request) {
        const AnswerLimits limits = limits_of(request);
        if (auto failed = prepare(limits)) {
            return tl::unexpected(std::move(*failed));
        }
        Connected connection = std::exchange(connection_, {}); // put back when it can go on
        const IoStatus sent = connection.transport->write(
            encode_request(request), request.body, limits.next(), limits.stop_fd);
        if (sent == IoStatus::timed_out || sent == IoStatus::stopped) {
            return tl::unexpected(at(wait_failure(sent, limits)));
        }
        // A server that refuses a body answers in the middle of it: the answer is read all the
        // same.
        AnswerReader reader(*connection.transport, buffer_, limits, request);
        auto answer = reader.read(request.method == "HEAD");
        if (!answer) {
            return tl::unexpected(at(std::move(answer).error()));
        }
        if (sent == IoStatus::ok && reader.keep()) {
            connection_ = std::move(connection);
        }
        return answer;
    }

private:
    [[nodiscard]] HttpError at(HttpError error) const {
        error.message = fmt::format("{}: {}", to_string(address_), error.message);
        return error;
    }

    /// Sees to a connection; one that the server closed meanwhile, or that has bytes nobody asked
    /// for, is made again.
    std::optional<HttpError> prepare(const AnswerLimits& limits) {
        std::array<pollfd, 2> waits{
            pollfd{connection_.socket.get(), POLLIN, 0}, pollfd{limits.stop_fd, POLLIN, 0}};
        if (::poll(waits.data(), waits.size(), 0) > 0) { // descriptors of -1 are passed over
            if (waits[1].revents != 0) {
                return at(wait_failure(IoStatus::stopped, limits));
            }
            connection_ = {};
        }
        if (connection_.socket.valid()) {
            return std::nullopt;
        }
        buffer_.clear();
        auto connected = connect_to(address_, limits.connecting(), limits.stop_fd);
        if (!connected) {
            return std::move(connected).error();
        }
        connection_ = std::move(*connected);
        return std::nullopt;
    }

    HttpAddress address_;
    Connected connection_;
    std::string buffer_; // received and not yet used
};

PlainClient::PlainClient(Address address) : impl_(std::make_unique<Impl>(address)) {}

PlainClient::PlainClient(PlainClient&&) noexcept = default;
PlainClient& PlainClient::operator=(PlainClient&&) noexcept = default;
PlainClient::~PlainClient() = default;

HttpResult<ClientResponse> PlainClient::send(const ClientRequest& request) {
    return impl_->send(request);
}

} // namespace samara::net
