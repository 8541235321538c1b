#include "app/doctor/doctor.h"

#include "base/strings.h"
#include "commands.h"
#include "option_help.h"
#include "os/signals.h"
#include "version.h"

#include <fmt/format.h>

// samara doctor
namespace samara::cli {

namespace {

constexpr std::string_view doctor_examples = "  samara doctor\n"
                                             "  samara doctor --output json\n";

std::string render(const app::Diagnosis& diagnosis) {
    std::string text = version_text();
    for (const app::Check& check : diagnosis.checks) {
        text += fmt::format(
            "\n[{}] {}\n", app::to_string(check.state), base::replace_all(check.name, "_", " "));
        text += wrapped(check.found, "    ", help_width());
        if (!check.mend.empty()) {
            text += wrapped("to mend: " + check.mend, "    ", help_width());
        }
    }
    if (diagnosis.runs_functions()) {
        return text + fmt::format("\nFunctions run here, on the {} engine.\n", diagnosis.engine);
    }
    return text +
           "\nFunctions cannot run here yet: mend what is missing above, a container engine or "
           "bubblewrap\nwith its namespaces.\n";
}

} // namespace

int doctor(Console& console, const Arguments& arguments) {
    std::string output = "text";
    Options options(
        "samara doctor",
        "Report what this machine can run, what is missing, and the command that mends it. Exit "
        "code 1 where no function can run.",
        doctor_examples);
    options.choice("--output", output, {"text", "json"}, {.help = "Format of the result"});
    if (const auto ended = parse(console, options, arguments)) {
        return *ended;
    }
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    const app::Diagnosis diagnosis = app::examine_machine(cancel);
    if (was_aborted()) {
        return exit_with(console, {});
    }
    console.out(
        output == "json" ? app::write_json(diagnosis, own_version, compatible_version) + "\n"
                         : render(diagnosis));
    return diagnosis.runs_functions() ? 0 : 1;
}

} // namespace samara::cli
