#pragma once

#include "base/error.h"

#include <string>

namespace samara::engine::sandbox {

/// The system calls that nothing in a sandbox may make, as a program for seccomp(2): those that
/// trace or read other processes (unless `debug`), keys, kernel programs and counters, modules,
/// other kernels, mounts and namespaces, the clock, and signals or limits for process 1, which is
/// the emulator. They fail with EPERM. Lambda refuses them as well, or has nothing for them to act
/// on. Sockets are of the families Unix, IP and netlink; others are not supported.
base::Result<std::string> seccomp_program(bool debug);

} // namespace samara::engine::sandbox
