#pragma once

#include "base/error.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace samara::archive {

/// A tar archive (POSIX pax where names or sizes need it) that is made while it is read: files are
/// opened when their turn comes and never held in memory as a whole. Owners are root, so that the
/// same content gives the same archive on every machine; setuid, setgid and sticky bits are left
/// out.
class TarStream {
public:
    /// Asked for each entry below a tree with its path relative to that; false leaves it (and what
    /// is below it) out.
    using Filter = std::function<bool(const std::filesystem::path& relative, bool folder)>;

    TarStream();
    TarStream(const TarStream&) = delete;
    TarStream& operator=(const TarStream&) = delete;
    TarStream(TarStream&&) noexcept;
    TarStream& operator=(TarStream&&) noexcept;
    ~TarStream();

    /// A file with these bytes, which must stay until the archive has been read.
    void add_bytes(std::string name, std::string_view bytes, unsigned mode = 0644);

    /// An empty folder.
    void add_folder(std::string name);

    /// What `folder` holds, under `prefix` ("" for the root of the archive), sorted by name.
    /// Symbolic links stay links; sockets, pipes and devices are left out. Lists now, reads later.
    base::Result<void> add_tree(
        const std::filesystem::path& folder, const std::string& prefix, const Filter& filter = {});

    /// One file or symbolic link as `name`.
    void add_file(std::string name, std::filesystem::path file);

    /// The next bytes, which stay until the next call; empty after the last. Fails when a file
    /// cannot be read, or became shorter meanwhile.
    base::Result<std::string_view> next();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace samara::archive
