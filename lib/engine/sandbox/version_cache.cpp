#include "engine/sandbox/version_cache.h"

#include "base/strings.h"
#include "os/file.h"

#include <system_error>

#include <fmt/format.h>

namespace samara::engine::sandbox {

namespace fs = std::filesystem;

std::string cached_version(
    const fs::path& file, const fs::path& program, const std::function<std::string()>& ask) {
    // One program a line: path, size, time, version; no path of an interpreter has a tab in it.
    std::error_code error;
    const std::string key = fmt::format(
        "{}\t{}\t{}\t",
        program.string(),
        fs::file_size(program, error),
        fs::last_write_time(program, error).time_since_epoch().count());
    const std::string known = os::read_file(file).value_or(std::string());
    std::string kept;
    for (const std::string_view line : base::split(known, '\n')) {
        if (line.starts_with(key)) {
            return std::string(line.substr(key.size()));
        }
        if (!line.empty() && !line.starts_with(program.string() + '\t')) {
            kept += fmt::format("{}\n", line);
        }
    }
    std::string version = ask();
    if (!version.empty() && os::make_folders(file.parent_path())) {
        static_cast<void>(
            os::write_file_atomically(file, fmt::format("{}{}{}\n", kept, key, version)));
    }
    return version;
}

} // namespace samara::engine::sandbox
