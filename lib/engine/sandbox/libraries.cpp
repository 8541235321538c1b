#include "engine/sandbox/libraries.h"

#include "base/strings.h"
#include "base/try.h"
#include "engine/sandbox/families.h"
#include "os/architecture.h"

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

// The place of the host's libraries in the sandbox that no interpreter looks at.
constexpr const char* aside = "/var/lang/libraries";

// With these entries of it alone. Each mount costs, so Python gets links to one that has all of
// them; Node.js would look from where a link leads, and what it consists of is mounted each.
base::Result<void> cover(
    Bubblewrap& bubblewrap,
    const fs::path& folder,
    const std::vector<fs::path>& entries,
    bool as_links) {
    const fs::path all = aside / folder.relative_path();
    if (as_links) {
        bubblewrap.bind_read_only(folder, all);
    }
    bubblewrap.option("--tmpfs", folder.string());
    bubblewrap.mounted(folder);
    for (const fs::path& entry : entries) {
        if (as_links) {
            bubblewrap.link((all / entry.filename()).string(), entry);
        } else {
            TRY(bubblewrap.show(entry, entry));
        }
    }
    bubblewrap.option("--remount-ro", folder.string());
    return {};
}

std::vector<fs::path> entries_of(const fs::path& folder, const std::vector<std::string>& modules) {
    std::vector<fs::path> entries;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        if (is_of_module(entry->path().filename().string(), modules)) {
            entries.push_back(entry->path());
        }
    }
    return entries;
}

// The folder of a library pattern of schemas/interpreters.json.
fs::path expand(std::string_view pattern, const Interpreter& interpreter) {
    const std::string machine = os::machine_architecture() == "arm64" ? "aarch64" : "x86_64";
    return base::replace_all(
        base::replace_all(pattern, "{}", interpreter.version),
        "{multiarch}",
        machine + "-linux-gnu");
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

base::Result<void> cover_libraries(
    Bubblewrap& bubblewrap, const Interpreter& interpreter, bool debug, const fs::path& empty) {
    const Family* family = family_of(interpreter);
    if (family == nullptr) {
        return {};
    }
    std::vector<std::string> modules = family->modules;
    if (debug) {
        modules.insert(modules.end(), family->debug_modules.begin(), family->debug_modules.end());
    }
    const fs::path prefix = interpreter.prefix.empty() ? fs::path("/usr") : interpreter.prefix;
    for (const std::string& pattern : family->libraries) {
        const fs::path folder = prefix / expand(pattern, interpreter);
        std::error_code error;
        if (fs::is_symlink(folder, error) || !fs::is_directory(folder, error)) {
            continue;
        }
        const auto entries = entries_of(folder, modules);
        if (entries.empty()) {
            bubblewrap.bind_read_only(empty, folder);
        } else if (auto covered = cover(bubblewrap, folder, entries, family->name == "python");
                   !covered) {
            return covered;
        }
    }
    return {};
}

} // namespace samara::engine::sandbox
