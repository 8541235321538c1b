#pragma once

#include "data/value.h"
#include "engine/docker/owner.h"
#include "engine/engine.h"
#include "engine/image/provider.h"

namespace samara::engine::docker {

/// Where the emulator listens inside.
inline constexpr std::uint16_t emulator_port = 8080;
inline constexpr std::string_view invoke_port = "8080/tcp"; ///< the same, as the API names it

/// The body of POST /containers/create for an environment.
data::Value
container_body(const EnvironmentSpec& spec, const image::AddedImage& image, const Owner& owner);

} // namespace samara::engine::docker
