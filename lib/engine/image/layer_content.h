#pragma once

#include "base/error.h"
#include "engine/engine.h"

#include <filesystem>
#include <string>
#include <vector>

namespace samara::engine::image {

/// A digest of all that the layers hold: names, modes, links and bytes, in their order. Times do
/// not count. Empty without layers.
///
/// What a layer's folder gave is remembered in `memory` (a folder, made when it is missing; empty:
/// nowhere), so that its files are read again only after something in it was touched.
base::Result<std::string>
content_digest(const std::vector<Layer>& layers, const std::filesystem::path& memory = {});

} // namespace samara::engine::image
