#pragma once

#include "common_options.h"
#include "console.h"
#include "options.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A command is its options, one call into app/, and the rendering of what comes back.
namespace samara::cli {

using Arguments = std::vector<std::string>;

struct CommandRow {
    std::string_view path;    ///< "local invoke"
    std::string_view summary; ///< one line; empty for what --help does not show
    /// Gets what follows the path; gives the exit code: 0, 1 for a failure, 2 for usage.
    int (*run)(Console& console, const Arguments& arguments);
};

/// Every command, in the order of --help.
std::span<const CommandRow> command_table();

/// Parses the arguments. The exit code when that is already the end: --help was asked for, or the
/// usage is wrong.
std::optional<int> parse(Console& console, Options& options, const Arguments& arguments);

/// The same, and fills in what samconfig.toml says for `path`.
std::optional<int> prepare(
    Console& console,
    Options& options,
    const Arguments& arguments,
    std::string_view path,
    CommonOptions& common);

/// Whether Ctrl-C (or another signal) has asked the command to stop.
bool was_aborted();

/// Prints the error and gives its exit code; "Aborted!" and 1 where the user has stopped the
/// command.
int exit_with(Console& console, const base::Error& error);

} // namespace samara::cli
