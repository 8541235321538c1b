#pragma once

#include "engine/docker/containers.h"
#include "engine/engine.h"
#include "os/cancellation.h"

#include <optional>

/// The way to a container past Docker's proxy.
namespace samara::engine::docker {

/// Where the container itself answers on `port`: its address on a bridge of this machine, with the
/// emulator's word that it is this container. Nothing where the engine runs elsewhere (a virtual
/// machine, another host, other network namespaces): there only the published port leads to it.
std::optional<TcpEndpoint>
find_direct_path(const ContainerState& state, std::uint16_t port, const os::Cancellation& cancel);

} // namespace samara::engine::docker
