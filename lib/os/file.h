#pragma once

#include "base/error.h"
#include "os/cancellation.h"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

/// Files and folders. Errors name the path and what the system said.
namespace samara::os {

/// The bytes of a file, or pipe, or /dev/stdin: 2 GB (256 MB) at most. A folder is an error.
base::Result<std::string> read_file(const std::filesystem::path& path);

/// Creates or replaces `path`. Readers see the old content or all of the new, never a part, also
/// when the machine stops in the middle. `mode` is what a new file gets, whatever the umask.
base::Result<void> write_file_atomically(
    const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0644);

/// The same without waiting for the disk: when the machine stops soon after, the file may be empty.
/// For what can be made again.
base::Result<void>
replace_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0644);

/// Like `mkdir -p`.
base::Result<void> make_folders(const std::filesystem::path& path);

/// Like `rm -rf`, folders without write permission included; what is not there is no error.
base::Result<void> remove_tree(const std::filesystem::path& path);

enum class SymlinkMode : std::uint8_t { keep, follow };

struct CopyOptions {
    SymlinkMode symlinks = SymlinkMode::keep;

    /// Asked for each entry with its path relative to the source; false leaves it (and what is
    /// below it) out. Empty takes everything.
    std::function<bool(const std::filesystem::path& relative)> include;

    /// Asked before a link is followed (SymlinkMode::follow) with its path; an error ends the copy.
    /// Empty follows all. See ProjectLinks.
    std::function<base::Result<void>(const std::filesystem::path& link)> follow;

    Cancellation cancel;
};

/// Copies a file or folder with permissions and modification times to `to`, whose parent must
/// exist. setuid, setgid and sticky bits are not copied. Into an existing folder it merges,
/// replacing files. Sockets, pipes and devices are left out, and so is `to` itself where it lies
/// inside `from`. Following symlinks, a link back to a folder being copied is an error, and a link
/// to nowhere stays one.
base::Result<void> copy_tree(
    const std::filesystem::path& from,
    const std::filesystem::path& to,
    const CopyOptions& options = {});

} // namespace samara::os
