#pragma once

#include "data/value.h"
#include "engine/engine.h"
#include "engine/image/provider.h"
#include "os/owner.h"

namespace samara::engine::docker {

/// Where the emulator listens inside.
inline constexpr std::uint16_t emulator_port = 8080;
inline constexpr std::string_view invoke_port = "8080/tcp"; ///< the same, as the API names it

/// The label that holds the owner of a container.
inline constexpr std::string_view owner_label = "samara.owner";

/// The body of POST /containers/create for an environment. Fails where a text of it could not be
/// given to a program.
base::Result<data::Value>
container_body(const EnvironmentSpec& spec, const image::AddedImage& image, const os::Owner& owner);

} // namespace samara::engine::docker
