#include "build/node_yarn.h"

#include "data/read.h"
#include "os/file.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

constexpr const char* modules_name = "node_modules";

std::string_view cpu_of(std::string_view architecture) {
    return architecture == "arm64" ? "arm64" : "x64";
}

// "linux", or anything but "!linux". No list takes all.
bool takes(const data::Value& manifest, std::string_view key, std::string_view value) {
    const data::Value* list = manifest.find(key);
    if (list == nullptr || !list->is_list() || list->as_list()->empty()) {
        return true;
    }
    bool only_refuses = true;
    for (const data::Value& item : *list->as_list()) {
        const std::string_view text = item.text();
        if (text.starts_with('!')) {
            if (text.substr(1) == value) {
                return false;
            }
            continue;
        }
        if (text == value) {
            return true;
        }
        only_refuses = false;
    }
    return only_refuses;
}

bool is_for(const fs::path& package, std::string_view architecture) {
    const fs::path path = package / "package.json";
    const auto text = os::read_file(path);
    const auto manifest =
        text ? data::read_json(*text, path.string()) : base::Result<data::Value>(data::Value());
    return !manifest ||
           (takes(*manifest, "os", "linux") && takes(*manifest, "cpu", cpu_of(architecture)) &&
            takes(*manifest, "libc", "glibc"));
}

std::vector<fs::path> folders_in(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code ignored;
        const std::string name = entry->path().filename().string();
        if (entry->symlink_status(ignored).type() != fs::file_type::directory ||
            name.starts_with('.')) {
            continue;
        }
        if (name.starts_with('@')) {
            const std::vector<fs::path> scoped = folders_in(entry->path());
            found.insert(found.end(), scoped.begin(), scoped.end());
        } else {
            found.push_back(entry->path());
        }
    }
    return found;
}

} // namespace

bool is_modern_yarn(const fs::path& lock) {
    const auto text = os::read_file(lock);
    return text && text->find("__metadata:") != std::string::npos;
}

std::vector<std::string>
yarn_arguments(const fs::path& lock, bool exact, bool production, bool other_machine) {
    if (is_modern_yarn(lock)) {
        return production ? std::vector<
                                std::string>{"yarn", "workspaces", "focus", "--all", "--production"}
                          : std::vector<std::string>{
                                "yarn", "install", exact ? "--immutable" : "--no-immutable"};
    }
    std::vector<std::string> arguments{"yarn", "install", "--non-interactive", "--no-progress"};
    if (exact) {
        arguments.emplace_back("--frozen-lockfile");
    }
    if (production) {
        arguments.emplace_back("--production");
    }
    if (other_machine) {
        arguments.emplace_back("--ignore-platform");
    }
    return arguments;
}

std::string yarn_settings(std::string_view text, std::string_view architecture) {
    if (text.find("supportedArchitectures:") != std::string_view::npos) {
        return std::string(text);
    }
    return fmt::format(
        "{}{}supportedArchitectures:\n  os: [linux]\n  cpu: [{}]\n  libc: [glibc]\n",
        text,
        text.empty() || text.ends_with('\n') ? "" : "\n",
        cpu_of(architecture));
}

base::Result<void> remove_foreign_packages(const fs::path& modules, std::string_view architecture) {
    for (const fs::path& package : folders_in(modules)) {
        auto done = is_for(package, architecture)
                        ? remove_foreign_packages(package / modules_name, architecture)
                        : os::remove_tree(package);
        if (!done) {
            return done;
        }
    }
    return {};
}

} // namespace samara::build
