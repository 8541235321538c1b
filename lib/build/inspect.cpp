#include "build/inspect.h"

#include "base/try.h"
#include "build/zipped_size.h"
#include "model/limits.h"
#include "os/folder.h"
#include "os/unique_fd.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

struct Machine {
    unsigned number;
    std::string_view architecture;
};

constexpr std::array machines{
    Machine{EM_X86_64, "x86_64"},
    Machine{EM_AARCH64, "arm64"},
    Machine{EM_386, "i386"},
    Machine{EM_ARM, "arm"}};

// Libraries by their names; programs have none, so those that may be run.
bool may_be_native(std::string_view name, mode_t mode) {
    return (mode & S_IXUSR) != 0 || name.find(".so") != std::string_view::npos ||
           name.ends_with(".node");
}

// Empty for anything but an ELF file for another processor. Programs for other systems (packages
// bring them along: esbuild for Windows) are not what the function loads.
std::string foreign_machine(const fs::path& path, std::string_view architecture) {
    const os::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<unsigned char, 20> head{};
    if (!file.valid() || ::read(file.get(), head.data(), head.size()) != ssize_t{head.size()} ||
        !std::equal(head.begin(), head.begin() + SELFMAG, &ELFMAG[0]) ||
        head[EI_DATA] != ELFDATA2LSB) {
        return {};
    }
    const unsigned number = head[18] | static_cast<unsigned>(head[19]) << 8U;
    const auto* const known = std::find_if(
        machines.begin(), machines.end(), [&](const Machine& m) { return m.number == number; });
    if (known == machines.end()) {
        return fmt::format("another processor ({})", number);
    }
    return known->architecture == architecture ? std::string() : std::string(known->architecture);
}

// Looks at each entry once; an artifact has thousands, and all of a small build is little more.
class Walk {
public:
    explicit Walk(std::string_view architecture) : architecture_(architecture) {}

    Inspection found = {};
    std::map<std::string, std::uint64_t, std::less<>> parts = {}; ///< by the name at the root
    std::vector<FileSize> files = {};

    base::Result<void>
    folder(int parent, const char* name, const std::string& path, const std::string& part) {
        const os::FolderStream open = os::open_folder(parent, name);
        if (!open) {
            return os::fail_errno(fmt::format("cannot list {}", path));
        }
        if (part.empty()) {
            root_ = path.size() + 1;
        }
        while (const dirent* entry = ::readdir(open.get())) {
            const std::string_view text = &entry->d_name[0];
            if (text == "." || text == "..") {
                continue;
            }

            struct stat status {};

            if (::fstatat(::dirfd(open.get()), &entry->d_name[0], &status, AT_SYMLINK_NOFOLLOW) !=
                0) {
                return os::fail_errno(fmt::format("cannot look at {}/{}", path, text));
            }
            const std::string below = fmt::format("{}/{}", path, text);
            const std::string own = part.empty() ? std::string(text) : part;
            if (S_ISDIR(status.st_mode)) {
                TRY(folder(::dirfd(open.get()), &entry->d_name[0], below, own));
            } else {
                found.empty = false;
                add(below, text, own, status);
            }
        }
        return {};
    }

private:
    void
    add(const std::string& path,
        std::string_view name,
        const std::string& part,
        const struct stat& status) {
        if (!S_ISREG(status.st_mode)) {
            return;
        }
        const auto bytes = static_cast<std::uint64_t>(status.st_size);
        found.size.bytes += bytes;
        parts[part] += bytes;
        files.push_back({path, bytes});
        if (!may_be_native(name, status.st_mode)) {
            return;
        }
        if (std::string machine = foreign_machine(path, architecture_); !machine.empty()) {
            found.foreign.push_back(fmt::format("{} (for {})", path.substr(root_), machine));
        }
    }

    std::string_view architecture_;
    std::size_t root_ = 0; ///< where paths relative to the artifact begin
};

} // namespace

base::Result<Inspection> inspect(const fs::path& artifact, std::string_view architecture) {
    Walk walk(architecture);
    TRY(walk.folder(AT_FDCWD, artifact.c_str(), artifact.string(), {}));
    Inspection found = std::move(walk.found);
    const std::vector<FileSize>& files = walk.files;
    std::vector<Size::Part>& largest = found.size.parts;
    for (const auto& [name, bytes] : walk.parts) {
        largest.push_back({name, bytes});
    }
    std::stable_sort(largest.begin(), largest.end(), [](const auto& a, const auto& b) {
        return a.bytes > b.bytes;
    });
    constexpr std::size_t named = 5;
    largest.resize(std::min(largest.size(), named));
    if (found.size.bytes > model::limits().zipped_bytes) {
        found.size.zipped = zipped_size(files);
    }
    std::sort(found.foreign.begin(), found.foreign.end());
    return found;
}

base::Result<Size> size_of(const fs::path& folder) {
    return inspect(folder, {}).map([](Inspection found) { return std::move(found.size); });
}

} // namespace samara::build
