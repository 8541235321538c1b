#include "app/run/unpack.h"

#include "archive/extract.h"
#include "base/hash.h"
#include "base/try.h"
#include "model/limits.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/file_lock.h"
#include "os/temp_dir.h"

#include <chrono>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace samara::app {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::hours kept{30 * 24};

// An archive that changes with every build would otherwise fill the disk.
void remove_forgotten(const fs::path& parent) {
    const auto now = fs::file_time_type::clock::now();
    std::error_code failed;
    for (fs::directory_iterator entry(parent, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        std::error_code gone;
        const auto used = entry->last_write_time(gone);
        if (!gone && entry->is_directory(gone) && now - used > kept) {
            static_cast<void>(os::remove_tree(entry->path()));
        }
    }
}

// The lock's file, whose name nobody needs once it is released.
class RemovedFile {
public:
    explicit RemovedFile(fs::path path) : path_(std::move(path)) {}

    RemovedFile(const RemovedFile&) = delete;
    RemovedFile& operator=(const RemovedFile&) = delete;
    RemovedFile(RemovedFile&&) = delete;
    RemovedFile& operator=(RemovedFile&&) = delete;

    ~RemovedFile() {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }

private:
    fs::path path_;
};

} // namespace

base::Result<void>
make_once(const fs::path& folder, const Fill& fill, const os::Cancellation& cancel) {
    std::error_code failed;
    if (fs::is_directory(folder, failed)) {
        return {};
    }
    const fs::path parent = folder.parent_path();
    if (auto made = os::make_folders(parent); !made) {
        return made;
    }
    const fs::path name = parent / fmt::format(".{}.lock", folder.filename().string());
    TRY_ASSIGN(const auto lock, os::FileLock::acquire(name, cancel));
    const RemovedFile removed(name);
    if (fs::is_directory(folder, failed)) {
        return {}; // another process was faster
    }
    os::sweep_temp_dirs(parent);
    TRY_ASSIGN(const auto temporary, os::TempDir::create("unpack", parent));
    const fs::path whole = temporary.path() / "content";
    if (auto made = os::make_folders(whole); !made) {
        return made;
    }
    if (auto filled = fill(whole); !filled) {
        return filled;
    }
    fs::rename(whole, folder, failed);
    if (failed) {
        return base::fail(fmt::format("cannot make {}: {}", folder.string(), failed.message()));
    }
    return {};
}

base::Result<fs::path>
unpack(const fs::path& archive, const base::Log& log, const os::Cancellation& cancel) {
    TRY_ASSIGN(const auto bytes, os::read_file(archive));
    const fs::path parent = os::cache_folder() / "unpacked";
    const fs::path folder = parent / base::sha256_hex(bytes);
    const auto made = make_once(
        folder,
        [&](const fs::path& empty) {
            log.info(fmt::format("Decompressing {}", archive.string()));
            remove_forgotten(parent);
            return archive::extract(archive, empty, {.bytes = model::limits().unzipped_bytes});
        },
        cancel);
    if (!made) {
        return base::fail(made.error());
    }
    std::error_code ignored;
    fs::last_write_time(folder, fs::file_time_type::clock::now(), ignored); // still in use
    return folder;
}

} // namespace samara::app
