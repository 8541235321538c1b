#include "build/npm.h"

#include "build/tool.h"
#include "data/read.h"
#include "data/write.h"

#include <array>

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

constexpr std::array lock_names{"package-lock.json", "npm-shrinkwrap.json"};
constexpr const char* npm_settings = ".npmrc";

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

// "file:../x" means a folder beside the sources, not beside their copy.
bool make_local_dependencies_absolute(data::Value& manifest, const fs::path& source) {
    constexpr std::string_view prefix = "file:";
    bool changed = false;
    for (const std::string_view kind :
         {"dependencies", "optionalDependencies", "devDependencies"}) {
        data::Value* dependencies = manifest.find(kind);
        if (dependencies == nullptr || !dependencies->is_map()) {
            continue;
        }
        for (data::Entry& dependency : *dependencies->as_map()) {
            const std::string_view where = dependency.value.text();
            const bool marked = where.starts_with(prefix);
            if (!marked && !where.starts_with("./") && !where.starts_with("../")) {
                continue;
            }
            const fs::path path(where.substr(marked ? prefix.size() : 0));
            dependency.value = std::string(prefix) + (source / path).lexically_normal().string();
            changed = true;
        }
    }
    return changed;
}

std::vector<std::string>
install_arguments(const WorkflowInput& input, bool locked, NpmScope scope) {
    const auto wanted = input.properties().find("UseNpmCi");
    const bool clean = locked && wanted != nullptr && *wanted == data::Value(true);
    std::vector<std::string> arguments{
        clean ? "ci" : "install", "--quiet", "--no-audit", "--no-fund", "--install-links"};
    arguments.emplace_back(scope == NpmScope::production ? "--omit=dev" : "--include=dev");
    if (!clean) {
        arguments.emplace_back("--no-save");
    }
    return arguments;
}

} // namespace

base::Result<data::Value> read_npm_manifest(const fs::path& path) {
    return os::read_file(path).and_then(
        [&](const std::string& text) { return data::read_json(text, path.string()); });
}

base::Result<void> require_npm() {
    if (os::find_program("npm")) {
        return {};
    }
    return base::fail(
        "npm was not found",
        "install Node.js with npm (Debian: apt install npm) and see that it is on PATH");
}

base::Result<void> run_npm(
    const WorkflowInput& input,
    const std::vector<std::string>& arguments,
    const fs::path& folder,
    std::string_view failure) {
    Tool npm;
    npm.argv = {"npm"};
    npm.argv.insert(npm.argv.end(), arguments.begin(), arguments.end());
    npm.folder = folder;
    npm.environment["npm_config_update_notifier"] = "false";
    return run_tool(npm, failure, "see the output of npm above", input.log, input.cancel)
        .map([](const std::string&) {});
}

bool has_something_to_install(const data::Value& manifest) {
    const auto filled = [&](std::string_view key) {
        const data::Value* value = manifest.find(key);
        return value != nullptr && value->is_map() && !value->as_map()->empty();
    };
    if (filled("dependencies") || filled("optionalDependencies") || filled("peerDependencies")) {
        return true;
    }
    const data::Value* scripts = manifest.find("scripts");
    const std::array hooks{"preinstall", "install", "postinstall", "prepare"};
    return scripts != nullptr && std::any_of(hooks.begin(), hooks.end(), [&](const char* hook) {
               return scripts->find(hook) != nullptr;
           });
}

base::Result<void> install_npm_packages(
    const WorkflowInput& input, const fs::path& folder, data::Value manifest, NpmScope scope) {
    const fs::path target = folder / npm_manifest;
    auto original = os::read_file(target);
    if (!original) {
        return tl::unexpected(std::move(original.error()));
    }
    if (make_local_dependencies_absolute(manifest, input.source)) {
        if (auto w = os::write_file_atomically(target, data::write_json(manifest, 2)); !w) {
            return w;
        }
    }
    std::vector<fs::path> borrowed;
    bool locked = false;
    for (const char* name : {lock_names[0], lock_names[1], npm_settings}) {
        if (!is_file(input.source / name)) {
            continue;
        }
        locked = locked || name != npm_settings;
        if (!is_file(folder / name)) {
            borrowed.push_back(folder / name);
            if (auto copied = os::copy_tree(input.source / name, borrowed.back()); !copied) {
                return copied;
            }
        }
    }
    auto installed = run_npm(
        input,
        install_arguments(input, locked, scope),
        folder,
        fmt::format("cannot install the packages of {}", (input.source / npm_manifest).string()));
    if (!installed) {
        return installed;
    }
    for (const fs::path& path : borrowed) {
        if (auto removed = os::remove_tree(path); !removed) {
            return removed;
        }
    }
    return os::write_file_atomically(target, *original);
}

} // namespace samara::build
