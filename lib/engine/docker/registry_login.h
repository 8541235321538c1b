#pragma once

#include "engine/docker/docker_host.h"
#include "engine/image/image_store.h"
#include "os/cancellation.h"

#include <string>

namespace samara::engine::docker {

/// The value of the header X-Registry-Auth for an image: the login to its registry as the docker
/// command would find it in $DOCKER_CONFIG or ~/.docker/config.json, by the registry's helper
/// program, the one for all, or stored there. Empty without one: public images need none.
/// https://docs.docker.com/reference/cli/docker/login/#credential-stores
std::string
registry_login(const std::string& image, const HostLookup& lookup, const os::Cancellation& cancel);

/// The value of the header X-Registry-Auth for a login that is known.
std::string registry_login(const image::RegistryLogin& login);

/// The value of the header X-Registry-Config for a build, which may start from images of any
/// registry: every login there is. Empty without one.
std::string registry_logins(const HostLookup& lookup, const os::Cancellation& cancel);

} // namespace samara::engine::docker
