#include "base/strings.h"
#include "commands.h"
#include "documentation.h"
#include "os/environment.h"
#include "os/process.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

// samara docs [COMMAND...]
namespace samara::cli {

namespace {

// Whether there is a browser to show a page in, as far as the environment tells.
bool has_browser() {
    constexpr std::array names{"BROWSER", "DISPLAY", "WAYLAND_DISPLAY"};
    return std::any_of(names.begin(), names.end(), [](const char* name) {
        return !os::variable(name).value_or("").empty();
    });
}

// Not os::Process, which ends what it started: the browser shall stay.
bool open_in_browser(std::string page) {
    const auto opener = os::find_program("xdg-open");
    if (!opener || !has_browser()) {
        return false;
    }
    std::string program = opener->string();
    std::array<char*, 3> argv{program.data(), page.data(), nullptr};
    posix_spawn_file_actions_t streams;
    posix_spawn_file_actions_init(&streams);
    for (const int stream : {0, 1, 2}) {
        posix_spawn_file_actions_addopen(&streams, stream, "/dev/null", O_RDWR, 0);
    }
    posix_spawnattr_t session;
    posix_spawnattr_init(&session);
    posix_spawnattr_setflags(&session, POSIX_SPAWN_SETSID);
    pid_t pid = 0;
    const int failed = posix_spawn(&pid, program.c_str(), &streams, &session, argv.data(), environ);
    posix_spawnattr_destroy(&session);
    posix_spawn_file_actions_destroy(&streams);
    return failed == 0;
}

} // namespace

int docs(Console& console, const Arguments& arguments) {
    std::vector<std::string> words;
    Options options(
        "samara docs",
        "Show the manual page of a command, in a browser where there is one.",
        "  samara docs\n  samara docs local invoke\n");
    options.positional_list("COMMAND", words, "The command, such as: local start-api");
    if (const auto ended = parse(console, options, arguments)) {
        return *ended;
    }
    const std::string command = base::join(words, " ");
    const auto page = documentation_page(command);
    if (!page) {
        const std::string_view near = base::nearest(command, documented_commands());
        return exit_with(
            console,
            usage_error(
                fmt::format("there is no command '{}' to show the page of", command),
                near.empty() ? "'samara docs' shows the page with all of them"
                             : fmt::format("did you mean 'samara docs {}'?", near)));
    }
    if (open_in_browser(*page)) {
        console.err_line("Opening the page in the browser");
    }
    console.out_line(*page);
    return 0;
}

} // namespace samara::cli
