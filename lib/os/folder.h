#pragma once

#include "base/error.h"

#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include <dirent.h>
#include <sys/stat.h>

/// What walks over folders share.
namespace samara::os {

struct CloseFolder {
    void operator()(DIR* folder) const { ::closedir(folder); }
};

using FolderStream = std::unique_ptr<DIR, CloseFolder>;

/// The folder `name` in the folder behind the descriptor `parent`; null with errno.
FolderStream open_folder(int parent, const char* name);

/// Whether both are one file, by whatever name.
inline bool same_file(const struct stat& one, const struct stat& other) {
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/// The folders that a walk is in, from the top.
class Ancestors {
public:
    [[nodiscard]] bool empty() const { return folders_.empty(); }

    /// Goes into a folder. `verb` ("read") is what an error cannot do with `path`, when it is a
    /// link to a folder it is in.
    base::Result<void>
    enter(const struct stat& folder, std::string_view verb, const std::filesystem::path& path);

    void leave() { folders_.pop_back(); }

private:
    std::vector<struct stat> folders_;
};

} // namespace samara::os
