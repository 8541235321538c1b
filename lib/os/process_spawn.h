#pragma once

#include "os/process.h"

namespace samara::os {

struct Spawned {
    pid_t pid = -1;
    UniqueFd pid_descriptor;
    UniqueFd out;
    UniqueFd error;
};

/// Forks and executes; both pipes are empty when `capture` is false for them.
base::Result<Spawned> spawn(const Command& command, bool capture_out, bool capture_error);

} // namespace samara::os
