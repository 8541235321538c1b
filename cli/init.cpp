#include "app/init.h"

#include "commands.h"
#include "init_options.h"
#include "init_questions.h"
#include "option_rules.h"
#include "os/signals.h"
#include "prompt.h"

#include <fmt/format.h>

#include <unistd.h>

// samara init
namespace samara::cli {

namespace {

constexpr std::string_view init_examples =
    "  samara init\n"
    "  samara init --name app --runtime python3.13 --app-template hello-world\n"
    "  samara init --name app --package-type Image \\\n"
    "      --base-image amazon/nodejs22.x-base\n"
    "  samara init --location gh:owner/template --name my-app\n";

int aborted(Console& console) {
    console.err_line("\nAborted!");
    return 1;
}

void report(
    Console& console,
    const projects::Match& match,
    const projects::Choices& choices,
    const std::string& folder) {
    console.out(fmt::format(
        "\n    -----------------------\n"
        "    Generating application:\n"
        "    -----------------------\n"
        "    Name: {}\n"
        "    Runtime: {}\n"
        "    Architectures: {}\n"
        "    Package Type: {}\n"
        "    Dependency Manager: {}\n"
        "    Application Template: {}\n"
        "    Output Directory: {}\n"
        "    Configuration file: {}/samconfig.toml\n\n"
        "    Next steps are in {}/README.md\n\n"
        "Commands you can use next\n"
        "=========================\n"
        "[*] Go there: cd {}\n"
        "[*] Build it: samara build\n"
        "[*] Validate the template: samara validate\n",
        choices.name,
        match.runtime,
        choices.architecture,
        match.variant->package_type,
        match.variant->manager,
        match.project->name,
        folder,
        folder,
        folder,
        folder));
}

int from_location(Console& console, const InitArguments& given, const os::Cancellation& cancel) {
    auto context = app::read_extra_context(given.extra_context);
    if (!context) {
        return exit_with(console, context.error());
    }
    const auto made = app::init_from_location(
        {given.location, given.choices.name, std::move(*context)},
        given.output_dir,
        console.log(),
        cancel);
    if (cancel.cancelled()) {
        return aborted(console);
    }
    if (!made) {
        return exit_with(console, made.error());
    }
    console.out_line(fmt::format("Made {}", made->lexically_normal().string()));
    return 0;
}

} // namespace

int init(Console& console, const Arguments& arguments) {
    InitArguments given;
    Options options("samara init", "Begin a new application.", init_examples);
    declare_init(options, given);
    if (const auto ended = prepare(console, options, arguments, "init", given.common)) {
        return *ended;
    }
    auto valid = check_alone(
        options,
        "location",
        {"package_type", "runtime", "base_image", "dependency_manager", "app_template"});
    valid = valid ? check_alone(options, "runtime", {"base_image"}) : valid;
    valid = valid && given.no_interactive ? check_complete(given) : valid;
    const bool asks = !given.no_interactive && (given.choices.name.empty() || !has_image(given));
    valid = valid ? check_wanted(given) : valid;
    if (!valid) {
        return exit_with(console, valid.error());
    }
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    if (!given.location.empty()) {
        return from_location(console, given, cancel);
    }
    if (!given.extra_context.empty()) {
        if (const auto context = app::read_extra_context(given.extra_context); !context) {
            return exit_with(console, context.error());
        }
        console.log().warning("--extra-context is for cookiecutter templates (--location)");
    }
    base::Result<projects::Match> match = base::fail("");
    if (!asks) {
        match = match_given(given);
    } else {
        Prompt prompt(console, cancel);
        std::optional<base::Result<projects::Match>> answer;
        if (ask_for_source(prompt, given)) {
            if (!given.location.empty()) {
                return from_location(console, given, cancel);
            }
            answer = ask_for_project(prompt, given);
        }
        const bool at_a_terminal = ::isatty(STDIN_FILENO) == 1; // somebody has pressed Ctrl-D
        if (!answer && !prompt.answered() && !at_a_terminal && !cancel.cancelled()) {
            console.out("\n");
            match = match_given(given); // nobody is there to answer: tells what is missing
            if (match) {
                return aborted(console);
            }
        } else if (!answer) {
            return aborted(console);
        } else {
            match = std::move(*answer);
        }
    }
    if (!match) {
        return exit_with(console, match.error());
    }
    given.choices.runtime = match->runtime;
    given.choices.tracing = given.tracing.value_or(false);
    given.choices.application_insights = given.application_insights.value_or(false);
    given.choices.structured_logging = given.structured_logging.value_or(false);
    const auto made = app::init_project(*match, given.choices, given.output_dir, cancel);
    if (cancel.cancelled()) {
        return aborted(console);
    }
    if (!made) {
        return exit_with(console, made.error());
    }
    report(console, *match, given.choices, made->lexically_normal().string());
    return 0;
}

} // namespace samara::cli
