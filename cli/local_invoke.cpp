#include "app/invoke.h"
#include "commands.h"
#include "log_output.h"
#include "run_options.h"

// samara local invoke [ID]
namespace samara::cli {

namespace {

constexpr std::string_view local_invoke_examples =
    "  samara local invoke HelloFunction -e event.json\n"
    "  samara local generate-event s3 put | samara local invoke -e -\n"
    "  samara local invoke --no-event --env-vars env.json\n";

struct InvokeArguments : RunArguments {
    std::string function;
    std::string event;
    bool no_event = false;
    std::string tenant_id;
};

} // namespace

int local_invoke(Console& console, const Arguments& arguments) {
    InvokeArguments given;
    Options options(
        "samara local invoke",
        "Run a function once: its result on stdout, its log on stderr.",
        local_invoke_examples);
    options.positional(
        "FUNCTION_LOGICAL_ID", given.function, "Which function; not needed when there is only one");
    options.group("Event");
    options.text(
        "-e,--event",
        given.event,
        {.help = "JSON file with the event, - for standard input, or the JSON object itself",
         .value_name = "FILE"});
    options.flag(
        "--no-event", given.no_event, {.help = "Pass an empty event; the default without --event"});
    options.text(
        "--tenant-id", given.tenant_id, {.help = "Tenant of a function with tenant isolation"});
    options.ignored_value("--durable-execution-name", "executions are not kept");
    declare_run(options, given);
    declare_common(options, given.common);
    if (const auto ended = prepare(console, options, arguments, "local invoke", given.common)) {
        return *ended;
    }
    auto run = run_options(given);
    if (!run) {
        return exit_with(console, run.error());
    }
    auto output = open_log_output(console, given.log_file);
    if (!output) {
        return exit_with(console, output.error());
    }
    app::InvokeOptions invoke;
    invoke.load = load_arguments(given.common);
    invoke.run = std::move(*run);
    invoke.engine = given.engine;
    invoke.function = given.function;
    invoke.tenant_id = given.tenant_id;
    invoke.event = given.event;
    const auto response = app::local_invoke(invoke, *output, console.log());
    if (!response) {
        return exit_with(console, response.error());
    }
    if (!response->empty()) {
        console.out_line(*response);
        if (!given.log_file.empty()) {
            (*output)(*response + '\n');
        }
    }
    return 0;
}

} // namespace samara::cli
