#pragma once

#include "base/error.h"
#include "engine/engine.h"
#include "engine/sandbox/bubblewrap.h"
#include "engine/sandbox/identity.h"
#include "engine/sandbox/interpreter.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// The file system that a function sees in the sandbox: the host's programs, read-only, in the
/// places of a Lambda environment.
namespace samara::engine::sandbox {

/// The namespaces and the user, /usr, /bin, /lib, /etc as far as programs need it, /proc, /dev, the
/// private /tmp of the size the function has asked for. `no_nested` where bubblewrap can forbid
/// user namespaces inside of its own; `empty` is a folder of the host with nothing in it, which
/// everybody can read.
base::Result<void> add_system(
    Bubblewrap& bubblewrap,
    const EnvironmentSpec& spec,
    const Identity& identity,
    bool no_nested,
    const std::filesystem::path& empty);

/// What a symlink leads to outside of the code, and where the link looks for it in the sandbox.
struct LinkTarget {
    std::filesystem::path real;
    std::filesystem::path inside;
};

/// Of the symlinks at the top of the code (--mount-symlinks).
std::vector<LinkTarget> link_targets(const std::filesystem::path& code);

/// What of the host a function sees as its own.
struct FunctionFolders {
    std::filesystem::path code;
    std::filesystem::path layers; ///< empty without layers
    std::vector<LinkTarget> links;
};

/// /var/task, /opt, what links lead to, /var/lang/bin and the interpreter's installation.
base::Result<void> add_function(
    Bubblewrap& bubblewrap,
    const EnvironmentSpec& spec,
    const Interpreter& interpreter,
    const FunctionFolders& folders,
    const std::filesystem::path& empty);

/// No more changes but to /tmp.
void seal(Bubblewrap& bubblewrap);

/// /etc/hosts: what --add-host asks for ("name:address", also with "="; the address "host-gateway"
/// is this machine), then the host's own. Fails on an entry that is neither.
base::Result<std::string>
hosts_file(const std::vector<std::string>& extra_hosts, std::string_view host_file);

} // namespace samara::engine::sandbox
