#include "cloud/package/content.h"

#include "base/digest.h"
#include "base/try.h"
#include "os/unique_fd.h"

#include <algorithm>
#include <cerrno>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace samara::cloud {

namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t everybody_reads = 0444;
constexpr std::size_t piece_size = std::size_t{256} << 10U;

base::Result<std::string>
digest_of(const fs::path& file, std::vector<char>& buffer, const os::Cancellation& cancel) {
    const os::UniqueFd in(
        ::open(file.c_str(), O_RDONLY | O_CLOEXEC)); // NOLINT: open(2) is variadic
    base::Digest digest(base::DigestKind::md5);
    while (true) {
        const ssize_t got = ::read(in.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return base::fail(fmt::format("cannot read {}", file.string()));
        }
        if (got == 0) {
            return digest.hex();
        }
        digest.add({buffer.data(), static_cast<std::size_t>(got)});
        if (cancel.cancelled()) {
            return base::fail("cancelled");
        }
    }
}

using FolderId = std::pair<dev_t, ino_t>;

class Lister {
public:
    explicit Lister(bool readable_by_all) : readable_by_all_(readable_by_all) {}

    base::Result<void> list(const fs::path& folder, const std::string& prefix) {
        struct stat status {};

        if (::stat(folder.c_str(), &status) != 0) {
            return base::fail(fmt::format("cannot read {}", folder.string()));
        }
        if (!above_.emplace(status.st_dev, status.st_ino).second) {
            return base::fail(
                fmt::format("{} leads back to a folder it is in", folder.string()),
                "remove the symbolic link");
        }
        std::error_code failed;
        for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end;
             entry.increment(failed)) {
            TRY(add(entry->path(), prefix));
        }
        above_.erase({status.st_dev, status.st_ino});
        return failed ? base::fail(
                            fmt::format("cannot read {}: {}", folder.string(), failed.message()))
                      : base::Result<void>();
    }

    std::vector<archive::ZipEntry> take() && {
        std::sort(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) {
            return a.name < b.name;
        });
        return std::move(entries_);
    }

private:
    base::Result<void> add(const fs::path& path, const std::string& prefix) {
        struct stat status {};

        const std::string name = prefix + path.filename().string();
        if (::stat(path.c_str(), &status) != 0) {
            return base::fail(
                fmt::format("{} is a link to nothing", path.string()), "remove it, or its link");
        }
        if (S_ISDIR(status.st_mode)) {
            return list(path, name + "/");
        }
        if (S_ISREG(status.st_mode)) {
            const std::uint32_t mode =
                readable_by_all_ ? status.st_mode | everybody_reads : status.st_mode;
            entries_.push_back({name, path, mode});
        }
        return {};
    }

    bool readable_by_all_;
    std::set<FolderId> above_;
    std::vector<archive::ZipEntry> entries_;
};

} // namespace

base::Result<std::vector<archive::ZipEntry>>
list_folder(const fs::path& folder, bool readable_by_all) {
    Lister lister(readable_by_all);
    TRY(lister.list(folder, {}));
    return std::move(lister).take();
}

base::Result<std::string> file_digest(const fs::path& file, const os::Cancellation& cancel) {
    std::vector<char> buffer(piece_size);
    return digest_of(file, buffer, cancel);
}

base::Result<std::string>
entries_digest(const std::vector<archive::ZipEntry>& entries, const os::Cancellation& cancel) {
    std::vector<char> buffer(piece_size);
    base::Digest digest(base::DigestKind::md5);
    for (const archive::ZipEntry& entry : entries) {
        TRY_ASSIGN(const auto content, digest_of(entry.file, buffer, cancel));
        digest.add(entry.name);
        digest.add(content);
    }
    return digest.hex();
}

} // namespace samara::cloud
