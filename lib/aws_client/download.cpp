#include "aws_client/download.h"

#include "aws_client/shared_config.h"
#include "aws_client/transport.h"
#include "base/try.h"
#include "net/url.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace samara::aws_client {

base::Result<void> download(
    const std::string& url,
    std::uint64_t most_bytes,
    const net::BodyReceiver& sink,
    const os::Cancellation& cancel) {
    constexpr std::size_t enough = 300; // of what an error says
    TRY_ASSIGN(const auto parts, net::parse_url(url));
    Transport transport(set_variable("AWS_CA_BUNDLE").value_or(""), cancel);
    net::ClientRequest request;
    request.body_sink = sink;
    request.body_limit = most_bytes;
    request.timeout = std::chrono::seconds(30);
    request.time_limit = std::chrono::minutes(30); // the largest layer, over a slow line
    const auto answer = transport.send(parts, std::move(request));
    if (!answer) {
        return base::fail(answer.error().error());
    }
    if (!answer->success()) {
        return base::fail(fmt::format(
            "{} answers {}: {}", parts.host(), answer->status, answer->body.substr(0, enough)));
    }
    return {};
}

} // namespace samara::aws_client
