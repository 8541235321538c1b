#include "build/inspect.h"

#include "build/zipped_size.h"
#include "model/limits.h"
#include "os/unique_fd.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include <elf.h>
#include <fcntl.h>
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
bool may_be_native(const fs::directory_entry& file) {
    const std::string name = file.path().filename().string();
    std::error_code ignored;
    return name.find(".so") != std::string::npos || name.ends_with(".node") ||
           (file.status(ignored).permissions() & fs::perms::owner_exec) != fs::perms::none;
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

} // namespace

base::Result<Inspection> inspect(const fs::path& artifact, std::string_view architecture) {
    Inspection found;
    std::map<std::string, std::uint64_t> parts;
    std::vector<FileSize> files;
    std::error_code error;
    fs::recursive_directory_iterator entry(artifact, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        std::error_code ignored;
        if (entry->symlink_status(ignored).type() != fs::file_type::regular) {
            found.empty = found.empty && !entry->is_symlink(ignored);
            continue;
        }
        found.empty = false;
        const std::uint64_t bytes = entry->file_size(ignored);
        const fs::path relative = entry->path().lexically_relative(artifact);
        found.size.bytes += bytes;
        files.push_back({entry->path(), bytes});
        parts[relative.begin()->string()] += bytes;
        if (!may_be_native(*entry)) {
            continue;
        }
        if (std::string machine = foreign_machine(entry->path(), architecture); !machine.empty()) {
            found.foreign.push_back(fmt::format("{} (for {})", relative.string(), machine));
        }
    }
    if (error) {
        return base::fail(fmt::format("cannot list {}: {}", artifact.string(), error.message()));
    }
    std::vector<Size::Part>& largest = found.size.parts;
    for (auto& [name, bytes] : parts) {
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
