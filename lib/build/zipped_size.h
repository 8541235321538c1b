#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace samara::build {

struct FileSize {
    std::string path;
    std::uint64_t bytes = 0;
};

/// How large an archive of these files would be, about: what samples of them, spread evenly over
/// all, shrink to. Compressing all would take longer than copying it does.
std::uint64_t zipped_size(const std::vector<FileSize>& files);

} // namespace samara::build
