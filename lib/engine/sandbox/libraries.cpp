#include "engine/sandbox/libraries.h"

#include "base/strings.h"
#include "engine/sandbox/families.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace samara::engine::sandbox {

namespace fs = std::filesystem;

namespace {

const Family* family_of(const Interpreter& interpreter) {
    const auto found =
        std::find_if(families().begin(), families().end(), [&](const Family& family) {
            return family.name == interpreter.family;
        });
    return found == families().end() ? nullptr : &*found;
}

} // namespace

bool is_of_module(std::string_view name, const std::vector<std::string>& modules) {
    return std::any_of(modules.begin(), modules.end(), [&](const std::string& module) {
        if (!name.starts_with(module)) {
            return false;
        }
        const std::string_view rest = name.substr(module.size());
        return rest.empty() || rest == ".py" ||
               (rest.starts_with('-') &&
                (rest.ends_with(".egg-info") || rest.ends_with(".dist-info")));
    });
}

void cover_libraries(Bubblewrap& bubblewrap, const Interpreter& interpreter, bool debug) {
    const Family* family = family_of(interpreter);
    if (family == nullptr) {
        return;
    }
    std::vector<std::string> modules = family->modules;
    if (debug) {
        modules.insert(modules.end(), family->debug_modules.begin(), family->debug_modules.end());
    }
    const fs::path prefix = interpreter.prefix.empty() ? fs::path("/usr") : interpreter.prefix;
    for (const std::string& pattern : family->libraries) {
        const fs::path folder = prefix / base::replace_all(pattern, "{}", interpreter.version);
        std::error_code error;
        if (fs::is_symlink(folder, error) || !fs::is_directory(folder, error)) {
            continue;
        }
        bubblewrap.option("--tmpfs", folder.string());
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
             entry.increment(error)) {
            if (is_of_module(entry->path().filename().string(), modules)) {
                bubblewrap.bind_read_only(entry->path(), entry->path());
            }
        }
        bubblewrap.option("--remount-ro", folder.string());
    }
}

} // namespace samara::engine::sandbox
