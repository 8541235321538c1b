#include "app/system_info.h"
#include "base/strings.h"
#include "command.h"
#include "data/write.h"
#include "documentation.h"
#include "os/signals.h"
#include "os/standard_streams.h"
#include "os/unique_fd.h"
#include "version.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace samara::cli {

namespace {

// Of all commands, or of those of one group: "local".
std::string general_help(std::string_view group = {}) {
    std::string text = fmt::format(
        "samara builds and runs AWS serverless applications on this machine.\n\n"
        "Usage: samara {}{}COMMAND [OPTIONS]\n",
        group,
        group.empty() ? "" : " ");
    if (group.empty()) {
        text += "\nExamples:\n"
                "  samara init --name hello --runtime python3.13 --app-template hello-world\n"
                "  samara build && samara local invoke -e events/event.json\n"
                "  samara local start-api\n";
    }
    text += "\nCommands:\n";
    for (const CommandRow& row : command_table()) {
        const bool of_group = group.empty() || row.path.starts_with(fmt::format("{} ", group));
        if (of_group && !row.summary.empty()) {
            text += fmt::format("  {:<22}{}\n", row.path, row.summary);
        }
    }
    text += "\nOptions:\n";
    if (group.empty()) {
        text += "  --debug               Report what is being done\n";
    }
    return text + "  --version             Show the version and exit\n"
                  "  --info                Show the version and what is installed as JSON\n"
                  "  -h, --help            Show this help and exit\n\n"
                  "'samara COMMAND --help' lists a command's options, with examples.\n";
}

// The commands for programs that write pages and completions, one JSON list.
std::string commands_json() {
    data::List rows;
    for (const CommandRow& row : command_table()) {
        if (!row.summary.empty()) {
            rows.emplace_back(data::Map{{"command", row.path}, {"summary", row.summary}});
        }
    }
    return data::write_json(data::Value(std::move(rows)));
}

// The row whose words begin the arguments; `words` receives how many they are.
const CommandRow* find_command(const std::vector<std::string>& arguments, std::size_t& words) {
    for (const CommandRow& row : command_table()) {
        const std::vector<std::string_view> path = base::split(row.path, ' ');
        if (path.size() <= arguments.size() &&
            std::equal(path.begin(), path.end(), arguments.begin())) {
            words = path.size();
            return &row;
        }
    }
    return nullptr;
}

// An option that stands before the command, or after the first word of one.
base::Error unknown_option(const std::string& name) {
    return usage_error(
        fmt::format("No such option: {}", name),
        "Options of a command stand after it. Try 'samara --help' for help.");
}

int unknown_command(Console& console, const std::vector<std::string>& arguments) {
    std::string given = arguments.front();
    const bool group =
        std::any_of(command_table().begin(), command_table().end(), [&](const CommandRow& row) {
            return row.path.starts_with(given + " ");
        });
    const std::string& last = group && arguments.size() > 1 ? arguments[1] : arguments.front();
    if (last.starts_with('-') && last != "--help" && last != "-h") {
        return exit_with(console, unknown_option(last));
    }
    if (group && arguments.size() > 1 && !arguments[1].starts_with('-')) {
        given += " " + arguments[1];
    } else if (group) { // "samara local" alone is a question
        console.out(general_help(given));
        return 0;
    }
    if (const auto missing = missing_command(arguments)) {
        return exit_with(console, *missing);
    }
    std::vector<std::string_view> known;
    for (const CommandRow& row : command_table()) {
        if (!row.summary.empty()) {
            known.push_back(row.path);
        }
    }
    const std::string_view near = base::nearest(given, known);
    return exit_with(
        console,
        usage_error(
            fmt::format("No such command '{}'", given),
            near.empty() ? "Try 'samara --help' for the commands."
                         : fmt::format("Did you mean '{}'?", near)));
}

// What every command takes may stand before it: "samara --debug build". The others read the
// variable.
std::vector<std::string> without_leading_options(std::vector<std::string> arguments) {
    const auto command =
        std::find_if(arguments.begin(), arguments.end(), [](const std::string& argument) {
            return argument != "--debug" && argument != "--beta-features" &&
                   argument != "--no-beta-features";
        });
    if (std::find(arguments.begin(), command, "--debug") != command) {
        ::setenv("SAM_DEBUG", "true", 1);
    }
    arguments.erase(arguments.begin(), command);
    return arguments;
}

int run(Console& console, const std::vector<std::string>& arguments) {
    if (arguments.empty() || arguments.front() == "--help" || arguments.front() == "-h") {
        console.out(general_help());
        return 0;
    }
    if (arguments.front() == "--version") {
        console.out(version_text());
        return 0;
    }
    if (arguments.front() == "--help-json") {
        console.out_line(commands_json());
        return 0;
    }
    if (arguments.front() == "--info") {
        console.out_line(app::system_info(own_version, compatible_version));
        return 0;
    }
    std::size_t words = 0;
    const CommandRow* row = find_command(arguments, words);
    if (row == nullptr) {
        return unknown_command(console, arguments);
    }
    return row->run(
        console, {arguments.begin() + static_cast<std::ptrdiff_t>(words), arguments.end()});
}

} // namespace

} // namespace samara::cli

int main(int argc, char** argv) {
    samara::os::open_standard_streams();
    samara::os::fail_instead_of_signals(); // a reader that goes away must not keep us from cleaning
                                           // up
    samara::os::abort_on_interrupt();
    samara::cli::Console console(samara::cli::Verbosity::usual);
    try {
        return console.exit_code(samara::cli::run(
            console, samara::cli::without_leading_options({argv + 1, argv + argc})));
    } catch (const std::system_error& error) { // no descriptor or thread for what all need
        const auto reason = samara::os::fail_errno("cannot go on", error.code().value());
        return console.exit_code(samara::cli::exit_with(console, reason.value()));
    }
}
