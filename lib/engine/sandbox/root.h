#pragma once

#include "base/error.h"
#include "engine/engine.h"
#include "engine/sandbox/bubblewrap.h"
#include "engine/sandbox/interpreter.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// The file system that a function sees in the sandbox: the host's programs, read-only, in the
/// places of a Lambda environment.
namespace samara::engine::sandbox {

/// /usr, /bin, /lib, /etc as far as programs need it, /proc, /dev, the private /tmp of the size the
/// function has asked for.
base::Result<void> add_system(Bubblewrap& bubblewrap, const EnvironmentSpec& spec);

/// /var/task, /opt (when `layers` is not empty), /var/lang/bin and the runtime client in
/// /var/runtime. With `mount_symlinks`, also what symlinks at the top of the code point to.
base::Result<void> add_function(
    Bubblewrap& bubblewrap,
    const EnvironmentSpec& spec,
    const Interpreter& interpreter,
    const std::filesystem::path& layers);

/// No more changes but to /tmp.
void seal(Bubblewrap& bubblewrap);

/// /etc/hosts: what --add-host asks for ("name:address", also with "="; the address "host-gateway"
/// is this machine), then the host's own. Fails on an entry that is neither.
base::Result<std::string>
hosts_file(const std::vector<std::string>& extra_hosts, std::string_view host_file);

} // namespace samara::engine::sandbox
