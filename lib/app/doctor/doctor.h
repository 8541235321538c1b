#pragma once

#include "os/cancellation.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What this machine can run, what is missing, and the command that mends it: `samara doctor`.
namespace samara::app {

enum class CheckState : std::uint8_t {
    good,
    limited, ///< it works without, less well
    missing
};

/// "good", "limited", "missing"
std::string_view to_string(CheckState state);

struct Check {
    std::string name; ///< "container_engine", for programs; its title is "container engine"
    CheckState state = CheckState::good;
    std::string found = {}; ///< what there is, or what is wrong
    std::string mend = {};  ///< the command, or what to do; empty where nothing is to be done
};

struct Diagnosis {
    std::vector<Check> checks;
    std::string engine; ///< that `--engine auto` takes: "docker", "sandbox", or empty for none

    /// Whether functions can be run here.
    [[nodiscard]] bool runs_functions() const { return !engine.empty(); }
};

Diagnosis examine_machine(const os::Cancellation& cancel);

/// One JSON object: {"samara", "sam_cli", "ok", "engine", "checks": [{"name", "state", "found",
/// "mend"}]}.
std::string
write_json(const Diagnosis& diagnosis, std::string_view version, std::string_view compatible);

} // namespace samara::app
