#pragma once

#include "app/doctor/doctor.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>

/// The parts of an examination. Each looks at one thing and never fails: what cannot be found out
/// is missing.
namespace samara::app::doctor {

Check check_container_engine(const os::Cancellation& cancel);

/// The program bwrap.
Check check_bubblewrap(const os::Cancellation& cancel);

/// Whether it may make namespaces.
Check check_namespaces(const os::Cancellation& cancel);

/// The runtimes that the sandbox has an interpreter for.
Check check_interpreters();

/// Whether the memory of a whole sandbox can be limited.
Check check_control_groups();

/// What `--sandbox-network isolated` needs.
Check check_isolated_network();

/// Functions for the architecture that this machine does not have.
Check check_other_architecture();

/// Room for what is kept and for temporary files: both folders, or one where they share a disk.
Check check_disk(const std::filesystem::path& cache, const std::filesystem::path& temporary);

/// The names of the credentials of AWS that are set, never a value: variables, and the profiles of
/// the two files.
Check check_credentials(
    const std::map<std::string, std::string>& environment, const std::filesystem::path& home);

/// Of the programs that `samara build` runs those that are here.
Check check_build_tools();

} // namespace samara::app::doctor
