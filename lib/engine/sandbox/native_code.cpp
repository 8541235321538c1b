#include "engine/sandbox/native_code.h"

#include "os/architecture.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include <elf.h>

namespace samara::engine::sandbox {

namespace fs = std::filesystem;

namespace {

std::string_view name_of(std::uint16_t machine) {
    switch (machine) {
    case EM_X86_64:
        return "x86_64";
    case EM_AARCH64:
        return "arm64";
    default:
        return "another machine";
    }
}

// The e_machine of an ELF file; nothing for others.
std::optional<std::uint16_t> machine_of(const fs::path& file) {
    std::array<char, 20> head{};
    std::ifstream(file, std::ios::binary).read(head.data(), head.size());
    if (std::memcmp(head.data(), ELFMAG, SELFMAG) != 0) {
        return std::nullopt;
    }
    std::uint16_t machine = 0;
    std::memcpy(&machine, head.data() + offsetof(Elf64_Ehdr, e_machine), sizeof machine);
    return machine;
}

// The first file below that is for another machine.
std::optional<fs::path> foreign_file(const fs::path& folder) {
    std::error_code failed;
    fs::recursive_directory_iterator entry(folder, failed);
    for (; !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
        std::error_code ignored;
        if (!entry->is_regular_file(ignored)) {
            continue;
        }
        const auto machine = machine_of(entry->path());
        if (machine && name_of(*machine) != os::machine_architecture()) {
            return entry->path();
        }
    }
    return std::nullopt;
}

} // namespace

base::Result<void> check_native_code(const EnvironmentSpec& spec) {
    if (spec.architecture == os::machine_architecture()) {
        return {};
    }
    std::vector<fs::path> folders;
    if (const auto* zip = std::get_if<ZipPackage>(&spec.package)) {
        folders.push_back(zip->code);
    }
    for (const Layer& layer : spec.layers) {
        folders.push_back(layer.folder);
    }
    for (const fs::path& folder : folders) {
        if (const auto file = foreign_file(folder)) {
            return base::fail(
                fmt::format(
                    "{} is for {}, and {} is native code for {}, which this {} machine cannot load",
                    spec.function,
                    spec.architecture,
                    file->string(),
                    name_of(machine_of(*file).value_or(EM_NONE)),
                    os::machine_architecture()),
                fmt::format(
                    "use --engine docker with an emulator, or build it for Architectures: [{}]",
                    os::machine_architecture()));
        }
    }
    return {};
}

} // namespace samara::engine::sandbox
