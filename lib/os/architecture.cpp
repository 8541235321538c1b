#include "os/architecture.h"

#include "base/strings.h"
#include "os/file.h"

#include <system_error>

#include <sys/utsname.h>

namespace samara::os {

namespace fs = std::filesystem;

namespace {

// The machine field of an ELF header, little endian (elf(5)), as hexadecimal digits.
std::string_view elf_machine(std::string_view architecture) {
    return architecture == "arm64" ? "b700" : "3e00";
}

constexpr std::size_t machine_offset = 36; // digits of 18 bytes
constexpr std::string_view elf_magic = "7f454c46";

std::string_view value_after(std::string_view line, std::string_view label) {
    return line.starts_with(label) ? base::trim(line.substr(label.size())) : std::string_view();
}

bool is_emulator_of(std::string_view architecture, std::string_view entry) {
    bool enabled = false;
    bool kept_open = false;
    bool matches = false;
    for (const std::string_view line : base::split(entry, '\n')) {
        enabled = enabled || line == "enabled";
        kept_open = kept_open || value_after(line, "flags:").find('F') != std::string_view::npos;
        const std::string_view magic = value_after(line, "magic ");
        matches = matches || (magic.starts_with(elf_magic) && magic.size() > machine_offset &&
                              magic.substr(machine_offset).starts_with(elf_machine(architecture)));
    }
    return enabled && kept_open && matches;
}

} // namespace

std::string machine_architecture() {
    utsname names{};
    ::uname(&names);
    const std::string machine = names.machine;
    return machine == "aarch64" ? "arm64" : machine;
}

bool runs_architecture(std::string_view architecture, const fs::path& binfmt) {
    if (architecture == machine_architecture()) {
        return true;
    }
    const std::string status = read_file(binfmt / "status").value_or("");
    if (base::trim(status) != "enabled") {
        return false;
    }
    std::error_code error;
    for (fs::directory_iterator entry(binfmt, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (name != "status" && name != "register" &&
            is_emulator_of(architecture, read_file(entry->path()).value_or(""))) {
            return true;
        }
    }
    return false;
}

} // namespace samara::os
