#pragma once

#include "base/error.h"
#include "engine/engine.h"

#include <string>
#include <vector>

namespace samara::engine::image {

/// A digest of all that the layers hold: names, modes, links and bytes, in their order. Times do
/// not count. Empty without layers.
base::Result<std::string> content_digest(const std::vector<Layer>& layers);

} // namespace samara::engine::image
