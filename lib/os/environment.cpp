#include "os/environment.h"

#include <cstdlib>
#include <string_view>

#include <unistd.h>

namespace samara::os {

namespace {

// The folder a variable names; relative or empty ones do not count (XDG base directory rules).
std::optional<std::filesystem::path> folder(const std::string& name) {
    const std::optional<std::string> value = variable(name);
    if (!value || !value->starts_with('/')) {
        return std::nullopt;
    }
    return *value;
}

} // namespace

std::optional<std::string> variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::map<std::string, std::string> environment() {
    std::map<std::string, std::string> result;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::size_t equals = text.find('=');
        if (equals != std::string_view::npos && equals > 0) { // "=C:=..." is nobody's variable
            result.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return result;
}

std::filesystem::path cache_folder() {
    if (const auto cache = folder("XDG_CACHE_HOME")) {
        return *cache / "samara";
    }
    if (const auto home = folder("HOME")) {
        return *home / ".cache" / "samara";
    }
    return temp_folder() / ("samara-cache-" + std::to_string(::getuid()));
}

std::filesystem::path temp_folder() {
    return folder("TMPDIR").value_or("/tmp");
}

} // namespace samara::os
