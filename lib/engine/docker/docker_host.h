#pragma once

#include "base/error.h"
#include "net/http_client.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// Where a Docker API may answer, found as the docker command finds it.
namespace samara::engine::docker {

struct DockerHost {
    net::HttpAddress address;
    std::string origin; ///< what named it: "DOCKER_HOST", "context 'remote'", "default"
};

/// What the search looks at; a test hands in its own.
struct HostLookup {
    std::map<std::string, std::string> environment;
    std::filesystem::path home;
};

/// DOCKER_HOST, else the context of DOCKER_CONTEXT, else the current one of ~/.docker/config.json:
/// each is the only answer where it is set. Without them the default socket, then those of
/// rootless Docker, Docker Desktop, Colima and Podman, in the order to try. Fails on a name that
/// cannot be used.
/// https://docs.docker.com/engine/manage-resources/contexts/
base::Result<std::vector<DockerHost>> docker_hosts(const HostLookup& lookup);

} // namespace samara::engine::docker
