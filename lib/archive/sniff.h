#pragma once

#include <filesystem>

namespace samara::archive {

/// Whether a file looks like a tar archive, compressed or not, by its first bytes: what
/// `docker save` writes and `docker load` reads.
bool is_tar(const std::filesystem::path& path);

} // namespace samara::archive
