#pragma once

#include "base/error.h"
#include "os/temp_dir.h"
#include "os/unique_fd.h"

#include <filesystem>

/// The socket that an environment's emulator answers at.
namespace samara::engine::sandbox {

/// A listening socket and the folder that it is in.
struct Listener {
    os::TempDir folder;
    std::filesystem::path path;
    std::filesystem::path empty; ///< a folder in it that nothing can be read from
    os::UniqueFd socket;
};

base::Result<Listener> listen_in_temp_dir();

} // namespace samara::engine::sandbox
