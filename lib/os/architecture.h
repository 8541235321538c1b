#pragma once

#include <filesystem>
#include <string>
#include <string_view>

/// What programs the kernel can run, by Lambda's names: "x86_64" and "arm64".
namespace samara::os {

/// That of this machine.
std::string machine_architecture();

/// Whether programs of an architecture run here, in a container too: the machine's own do, others
/// through an emulator that is registered with binfmt_misc and kept open by the kernel (flag F).
/// https://docs.kernel.org/admin-guide/binfmt-misc.html
bool runs_architecture(
    std::string_view architecture,
    const std::filesystem::path& binfmt = "/proc/sys/fs/binfmt_misc");

} // namespace samara::os
