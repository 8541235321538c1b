#pragma once

#include "base/error.h"
#include "os/exec_text.h"
#include "os/process.h"
#include "os/unique_fd.h"

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace samara::engine::sandbox {

/// One call of bwrap(1) in the making. Everything but the command goes through a file in memory
/// (`--args`), so that neither `ps` nor /proc/<pid>/cmdline shows an environment variable. What
/// holds a NUL would be several options there: it is never added, and command() fails with its
/// name.
class Bubblewrap {
public:
    void option(std::string_view name);
    void option(std::string_view name, std::string_view value);
    void option(std::string_view name, std::string_view first, std::string_view second);

    /// Folders that are missing on the way to it can be entered by everybody, as for file() and
    /// link(): bwrap itself would make them for the user it runs as.
    void bind_read_only(const std::filesystem::path& from, const std::filesystem::path& to);

    /// Tells of a mount that was made by option(): nothing is missing on the way below it.
    void mounted(const std::filesystem::path& at) { mounted_.insert(at); }

    /// A file with these bytes; it lives in the memory of the sandbox.
    base::Result<void>
    file(std::string_view bytes, const std::filesystem::path& to, bool executable = false);

    /// What the host has at `from`: a small file as a copy, which spares a mount, and all else
    /// read-only.
    base::Result<void> show(const std::filesystem::path& from, const std::filesystem::path& to);

    void link(std::string_view target, const std::filesystem::path& at);

    /// Replaces the whole environment of the command. Fails on a name or a value that no
    /// environment can hold.
    base::Result<void> environment(const std::map<std::string, std::string>& variables);

    /// Hands a descriptor over; returns its number inside.
    int pass(os::UniqueFd descriptor);

    /// The process to start: bwrap with its options, then `command`. Descriptors in it stay owned
    /// by this object, which must live until the process is started.
    base::Result<os::Command> command(const std::vector<std::string>& command);

private:
    void make_parents(const std::filesystem::path& path);

    os::ArgumentList arguments_;
    std::set<std::filesystem::path> made_;    ///< folders
    std::set<std::filesystem::path> mounted_; ///< what is below is somebody else's
    std::vector<os::UniqueFd> owned_;
    std::vector<os::PassedDescriptor> passed_;
};

/// Whether this bwrap can forbid user namespaces in its own: from version 0.8.
bool forbids_user_namespaces(const std::filesystem::path& program, const os::Cancellation& cancel);

} // namespace samara::engine::sandbox
