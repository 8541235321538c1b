#include "os/folder.h"

#include "os/unique_fd.h"

#include <algorithm>

#include <fmt/format.h>

#include <fcntl.h>

namespace samara::os {

FolderStream open_folder(int parent, const char* name) {
    UniqueFd descriptor(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    FolderStream folder(descriptor.valid() ? ::fdopendir(descriptor.get()) : nullptr);
    if (folder) {
        static_cast<void>(descriptor.release()); // the stream owns it now
    }
    return folder;
}

base::Result<void> Ancestors::enter(
    const struct stat& folder, std::string_view verb, const std::filesystem::path& path) {
    if (std::any_of(folders_.begin(), folders_.end(), [&](const struct stat& above) {
            return same_file(above, folder);
        })) {
        return base::fail(
            fmt::format("cannot {} {}: it is a link to a folder it is in", verb, path.string()));
    }
    folders_.push_back(folder);
    return {};
}

} // namespace samara::os
