#pragma once

#include "engine/docker/api.h"
#include "engine/image/image_store.h"

#include <memory>

namespace samara::engine::docker {

/// The images of a Docker engine. Credentials of private registries are those that `docker login`
/// has put into ~/.docker/config.json.
std::shared_ptr<image::ImageStore>
make_image_store(std::shared_ptr<Api> api, const HostLookup& lookup);

} // namespace samara::engine::docker
