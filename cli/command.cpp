#include "command.h"

#include "configuration.h"

namespace samara::cli {

std::optional<int> prepare(
    Console& console,
    Options& options,
    const Arguments& arguments,
    std::string_view path,
    CommonOptions& common) {
    const base::Result<bool> help = options.parse(arguments);
    if (!help) {
        return exit_with(console, help.error());
    }
    if (*help) {
        console.out(options.help());
        return 0;
    }
    if (auto configured = apply_configuration(path, common, options, console.log()); !configured) {
        return exit_with(console, configured.error());
    }
    console.debug(common.debug);
    for (const std::string& note : options.notes()) {
        console.log().warning(note);
    }
    return std::nullopt;
}

int exit_with(Console& console, const base::Error& error) {
    console.error(error);
    return error.kind == base::ErrorKind::usage ? 2 : 1;
}

} // namespace samara::cli
