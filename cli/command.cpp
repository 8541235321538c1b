#include "command.h"

#include "aws_client/shared_config.h"
#include "base/trace.h"
#include "configuration.h"
#include "os/signals.h"

#include <fmt/format.h>

namespace samara::cli {

namespace {

void report_as_asked(Console& console, const CommonOptions& common) {
    if (common.debug) {
        console.set(Verbosity::debug);
        base::set_trace([log = console.log()](std::string_view line) { log.debug(line); });
    } else if (common.quiet) {
        console.set(Verbosity::quiet);
    }
}

} // namespace

std::optional<int> parse(Console& console, Options& options, const Arguments& arguments) {
    const base::Result<bool> help = options.parse(arguments);
    if (!help) {
        return exit_with(console, help.error());
    }
    if (*help) {
        console.out(options.help());
        return 0;
    }
    return std::nullopt;
}

std::optional<int> prepare(
    Console& console,
    Options& options,
    const Arguments& arguments,
    std::string_view path,
    CommonOptions& common) {
    if (const auto ended = parse(console, options, arguments)) {
        return ended;
    }
    report_as_asked(console, common); // the configuration may ask for it as well
    if (auto configured = apply_configuration(path, common, options, console.log()); !configured) {
        return exit_with(console, configured.error());
    }
    report_as_asked(console, common);
    if (options.has("--profile")) {
        const auto checked = aws_client::check_caller(common.profile, common.region);
        if (!checked) {
            return exit_with(console, checked.error());
        }
    }
    if (common.debug) {
        console.log().debug(fmt::format("samara {}", path));
    }
    for (const std::string& note : options.notes()) {
        console.log().warning(note);
    }
    return std::nullopt;
}

bool was_aborted() {
    return os::SignalCancellation::received() != 0;
}

int exit_with(Console& console, const base::Error& error) {
    if (was_aborted()) { // whatever failed, failed for that
        console.err_line("\nAborted!");
        return 1;
    }
    console.error(error);
    return error.kind == base::ErrorKind::usage ? 2 : 1;
}

} // namespace samara::cli
