#pragma once

#include "engine/sandbox/bubblewrap.h"
#include "engine/sandbox/identity.h"

#include <filesystem>

namespace samara::engine::sandbox {

/// /proc with the sandbox's own processes. What tells of the machine or changes it is covered, as
/// far as a function could reach it otherwise: each cover is a mount, and bwrap's take a quarter of
/// a millisecond. `empty` is a folder of the host with nothing in it.
void add_proc(Bubblewrap& bubblewrap, const Identity& identity, const std::filesystem::path& empty);

} // namespace samara::engine::sandbox
