#pragma once

#include <algorithm>
#include <string>
#include <string_view>

/// Names of what is in nested stacks: "Child/Function". Private to app/.
namespace samara::app {

/// A path as part of a name: neither function names nor those of layers may have a slash.
inline std::string dashed(std::string path) {
    std::replace(path.begin(), path.end(), '/', '-');
    return path;
}

/// The id within its stack.
inline std::string_view last_of(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

} // namespace samara::app
