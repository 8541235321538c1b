#include "commands.h"
#include "sample_events/sample_events.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

// samara local generate-event SERVICE EVENT [the event's own options]
namespace samara::cli {

namespace {

constexpr std::string_view command_name = "local generate-event";
constexpr std::string_view path = "samara local generate-event";

std::string list_services() {
    std::string text = fmt::format("Usage: {} SERVICE EVENT [OPTIONS]\n\nServices:\n", path);
    for (const std::string_view service : sample_events::services()) {
        text += fmt::format("  {}\n", service);
    }
    return text + fmt::format("\n'{} SERVICE --help' lists the events of a service.\n", path);
}

std::string list_events(std::string_view service, const std::vector<sample_events::Event>& events) {
    std::string text = fmt::format("Usage: {} {} EVENT [OPTIONS]\n\nEvents:\n", path, service);
    std::size_t widest = 0;
    for (const sample_events::Event& event : events) {
        widest = std::max(widest, event.name.size());
    }
    for (const sample_events::Event& event : events) {
        text += fmt::format("  {:<{}}{}\n", event.name, widest + 2, event.about);
    }
    return text +
           fmt::format("\n'{} {} EVENT --help' lists the options of an event.\n", path, service);
}

bool asks_for_help(const std::vector<std::string>& arguments, std::size_t position) {
    return arguments.size() <= position || arguments[position] == "--help" ||
           arguments[position] == "-h";
}

base::Error misplaced_option(const std::string& name) {
    return usage_error(
        fmt::format("No such option: {}", name),
        fmt::format(
            "Options stand after the service and the event. Try '{} --help' for help.", path));
}

int generate(
    Console& console,
    const sample_events::Event& event,
    const std::vector<std::string>& arguments) {
    const std::string name = fmt::format("{} {} {}", path, event.service, event.name);
    Options options(name, event.about, fmt::format("  {} > event.json", name));
    std::map<std::string, std::string> values;
    for (const sample_events::Option& option : event.options) {
        values[option.name] = option.default_value;
    }
    for (const sample_events::Option& option : event.options) {
        options.text(
            fmt::format("--{}", option.name), values.at(option.name), {.help = option.about});
    }
    std::string ignored_region;
    if (!values.contains("region")) {
        options.text(
            "--region",
            ignored_region,
            {.help = "Accepted by every event; this one has no region"});
    }
    CommonOptions common;
    options.text(
        "--config-env",
        common.config_environment,
        {.help = "Environment of the configuration file"});
    options.text(
        "--config-file",
        common.config_file,
        {.help = "Configuration file; default: samconfig.toml in this folder",
         .value_name = "FILE"});
    options.flag("--debug", common.debug, {.help = "Report what is being done"});
    const std::string command = fmt::format("{} {} {}", command_name, event.service, event.name);
    if (const auto ended = prepare(console, options, arguments, command, common)) {
        return *ended;
    }
    const base::Result<std::string> text = sample_events::generate(event, values);
    if (!text) {
        return exit_with(console, text.error());
    }
    console.out(*text);
    return 0;
}

} // namespace

int generate_event(Console& console, const std::vector<std::string>& arguments) {
    if (asks_for_help(arguments, 0)) {
        console.out(list_services());
        return 0;
    }
    if (arguments[0].starts_with('-')) {
        return exit_with(console, misplaced_option(arguments[0]));
    }
    if (asks_for_help(arguments, 1)) {
        const base::Result<std::vector<sample_events::Event>> events =
            sample_events::events(arguments[0]);
        if (!events) {
            return exit_with(console, events.error());
        }
        console.out(list_events(arguments[0], *events));
        return 0;
    }
    if (arguments[1].starts_with('-')) {
        return exit_with(console, misplaced_option(arguments[1]));
    }
    const base::Result<sample_events::Event> event =
        sample_events::find(arguments[0], arguments[1]);
    if (!event) {
        return exit_with(console, event.error());
    }
    return generate(console, *event, {arguments.begin() + 2, arguments.end()});
}

} // namespace samara::cli
