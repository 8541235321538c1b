#include "engine/docker/direct_path.h"

#include "net/local_address.h"
#include "net/plain_client.h"

#include <chrono>

namespace samara::engine::docker {

std::optional<TcpEndpoint>
find_direct_path(const ContainerState& state, std::uint16_t port, const os::Cancellation& cancel) {
    constexpr std::chrono::milliseconds timeout{200};
    if (state.address.empty() || !net::is_local_address(state.gateway)) {
        return std::nullopt;
    }
    net::PlainClient client(net::TcpAddress{state.address, port});
    const auto answer = client.send(
        {.target = "/ping",
         .timeout = timeout,
         .time_limit = timeout,
         .stop_descriptor = cancel.descriptor()});
    if (!answer) {
        return std::nullopt;
    }
    // Two engines of one machine may give the same addresses.
    const std::string* name = net::find_header(answer->headers, "X-Samara-Host");
    return name != nullptr && *name == state.host_name
               ? std::optional(TcpEndpoint{state.address, port})
               : std::nullopt;
}

} // namespace samara::engine::docker
