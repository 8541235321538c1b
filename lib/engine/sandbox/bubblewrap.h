#pragma once

#include "base/error.h"
#include "os/process.h"
#include "os/unique_fd.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace samara::engine::sandbox {

/// One call of bwrap(1) in the making. Everything but the command goes through a file in memory
/// (`--args`), so that neither `ps` nor /proc/<pid>/cmdline shows an environment variable.
class Bubblewrap {
public:
    void option(std::string_view name);
    void option(std::string_view name, std::string_view value);
    void option(std::string_view name, std::string_view first, std::string_view second);

    void bind_read_only(const std::filesystem::path& from, const std::filesystem::path& to);

    /// A file with these bytes; it lives in the memory of the sandbox.
    base::Result<void>
    file(std::string_view bytes, const std::filesystem::path& to, bool executable = false);

    /// Replaces the whole environment of the command.
    void environment(const std::map<std::string, std::string>& variables);

    /// Hands a descriptor over; returns its number inside.
    int pass(os::UniqueFd descriptor);

    /// The process to start: bwrap with its options, then `command`. Descriptors in it stay owned
    /// by this object, which must live until the process is started.
    base::Result<os::Command> command(const std::vector<std::string>& command);

private:
    std::string arguments_; ///< each ends with a NUL
    std::vector<os::UniqueFd> owned_;
    std::vector<os::PassedDescriptor> passed_;
};

} // namespace samara::engine::sandbox
