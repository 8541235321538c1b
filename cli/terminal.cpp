#include "terminal.h"

#include "os/environment.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace samara::cli {

namespace {

// Set to something: an empty variable counts as none.
bool is_set(const char* name) {
    return !os::variable(name).value_or("").empty();
}

bool is_dumb() {
    const std::string terminal = os::variable("TERM").value_or("");
    return terminal.empty() || terminal == "dumb";
}

} // namespace

std::optional<std::size_t> terminal_width(int descriptor) {
    winsize size{};
    if (::isatty(descriptor) == 1 && ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 &&
        size.ws_col > 1) {
        return size.ws_col;
    }
    return std::nullopt;
}

bool wants_colour(int descriptor) {
    if (is_set("NO_COLOR") || is_set("SAM_CLI_NO_COLOR")) {
        return false;
    }
    if (is_set("FORCE_COLOR")) {
        return os::variable("FORCE_COLOR") != "0";
    }
    return ::isatty(descriptor) == 1 && !is_dumb();
}

bool can_move_cursor(int descriptor) {
    return ::isatty(descriptor) == 1 && !is_dumb();
}

} // namespace samara::cli
