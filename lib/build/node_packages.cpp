#include "build/node_packages.h"

#include "build/node_yarn.h"
#include "build/tool.h"
#include "data/accessors.h"
#include "data/read.h"
#include "data/write.h"
#include "os/architecture.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

struct Manager {
    std::string_view name;
    std::string_view lock;
    std::string_view how_to_get_it;
};

constexpr std::array managers{
    Manager{"pnpm", "pnpm-lock.yaml", "install pnpm (https://pnpm.io/installation)"},
    Manager{"yarn", "yarn.lock", "install Yarn (https://yarnpkg.com/getting-started/install)"},
    Manager{
        "npm",
        "package-lock.json",
        "install Node.js with npm (Debian: apt install npm) and see that it is on PATH"},
    Manager{
        "npm",
        "npm-shrinkwrap.json",
        "install Node.js with npm (Debian: apt install npm) and see that it is on PATH"}};

// What package managers look for beside package.json.
constexpr std::string_view yarn_settings_name = ".yarnrc.yml";
constexpr std::array<std::string_view, 5> settings_names{
    ".npmrc", ".yarnrc", yarn_settings_name, "pnpm-workspace.yaml", ".pnpmfile.cjs"};

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

// "file:../x" is relative to the manifest as it was written, not to its copy.
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

const Manager& manager_of(const fs::path& source) {
    const auto* const found =
        std::find_if(managers.begin(), managers.end(), [&](const Manager& manager) {
            return is_file(source / manager.lock);
        });
    return found == managers.end() ? managers[2] : *found;
}

std::string_view cpu_of(const WorkflowInput& input) {
    return input.recipe.architecture == "arm64" ? "arm64" : "x64";
}

// Where the environment is another machine than this one, its native packages are wanted.
std::vector<std::string> npm_arguments(const WorkflowInput& input, bool locked, bool production) {
    const bool clean = locked && data::is_true(input.properties().find("UseNpmCi"));
    std::vector<std::string> arguments{
        "npm",
        clean ? "ci" : "install",
        "--quiet",
        "--no-audit",
        "--no-fund",
        "--install-links",
        fmt::format("--cpu={}", cpu_of(input)),
        "--os=linux",
        "--libc=glibc",
        production ? "--omit=dev" : "--include=dev"};
    if (!clean) {
        arguments.emplace_back("--no-save");
    }
    return arguments;
}

// Flat and copied: links into a store of this machine mean nothing to Lambda.
std::vector<std::string> pnpm_arguments(const WorkflowInput& input, bool exact, bool production) {
    std::vector<std::string> arguments{
        "pnpm",
        "install",
        exact ? "--frozen-lockfile" : "--no-frozen-lockfile",
        "--config.node-linker=hoisted",
        "--config.package-import-method=copy",
        "--config.confirm-modules-purge=false",
        fmt::format("--cpu={}", cpu_of(input)),
        "--os=linux",
        "--libc=glibc"};
    if (production) {
        arguments.emplace_back("--prod");
    }
    return arguments;
}

bool is_other_machine(const WorkflowInput& input) {
    return input.host == nullptr && input.recipe.architecture != os::machine_architecture();
}

base::Result<void> run_manager(
    const WorkflowInput& input,
    const std::vector<std::string>& argv,
    const fs::path& folder,
    std::string_view failure) {
    Tool tool;
    tool.argv = argv;
    tool.folder = folder;
    tool.environment["npm_config_update_notifier"] = "false";
    tool.environment["YARN_NODE_LINKER"] = "node-modules";
    tool.environment["CI"] = "true"; // no questions
    return run_tool(input, tool, failure, fmt::format("see the output of {} above", argv.front()))
        .map([](const std::string&) {});
}

std::string install_failure(const WorkflowInput& input) {
    return fmt::format("cannot install the packages of {}", (input.source / npm_manifest).string());
}

} // namespace

base::Result<data::Value> read_npm_manifest(const fs::path& path) {
    return os::read_file(path).and_then(
        [&](const std::string& text) { return data::read_json(text, path.string()); });
}

base::Result<void> run_npm(
    const WorkflowInput& input,
    const std::vector<std::string>& arguments,
    const fs::path& folder,
    std::string_view failure) {
    std::vector<std::string> argv{"npm"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return run_manager(input, argv, folder, failure);
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

base::Result<void> install_packages(
    const WorkflowInput& input, const fs::path& folder, data::Value manifest, NpmScope scope) {
    const Manager& manager = manager_of(input.source);
    if (auto there = require_tool(input, manager.name, manager.how_to_get_it); !there) {
        return tl::unexpected(std::move(there.error()));
    }
    const fs::path target = folder / npm_manifest;
    auto original = os::read_file(target);
    if (!original) {
        return tl::unexpected(std::move(original.error()));
    }
    const bool moved = make_local_dependencies_absolute(
        manifest, input.manifest.empty() ? input.source : input.manifest.parent_path());
    if (moved) {
        if (auto w = os::replace_file(target, data::write_json(manifest, 2)); !w) {
            return w;
        }
    }
    std::vector<fs::path> borrowed;
    std::vector<std::string_view> names(settings_names.begin(), settings_names.end());
    const bool locked = is_file(input.source / manager.lock);
    names.push_back(manager.lock);
    for (const std::string_view name : names) {
        if (is_file(input.source / name) && !is_file(folder / name)) {
            borrowed.push_back(folder / name);
            if (auto copied = os::copy_tree(input.source / name, borrowed.back()); !copied) {
                return copied;
            }
        }
    }
    const bool production = scope == NpmScope::production;
    const bool exact = locked && !moved; // a lock file knows folders by other names
    const std::vector<std::string> argv =
        manager.name == "pnpm" ? pnpm_arguments(input, exact, production)
        : manager.name == "yarn"
            ? yarn_arguments(folder / manager.lock, exact, production, is_other_machine(input))
            : npm_arguments(input, locked, production);
    const bool yarn = manager.name == "yarn";
    const bool modern = yarn && is_modern_yarn(folder / manager.lock);
    const fs::path settings = folder / yarn_settings_name;
    const std::string own = os::read_file(settings).value_or(std::string());
    const bool had_settings = is_file(settings);
    if (modern) {
        auto written = os::replace_file(settings, yarn_settings(own, input.recipe.architecture));
        if (!written) {
            return written;
        }
    }
    if (auto installed = run_manager(input, argv, folder, install_failure(input)); !installed) {
        return installed;
    }
    if (modern) {
        auto restored = had_settings ? os::replace_file(settings, own) : os::remove_tree(settings);
        if (!restored) {
            return restored;
        }
    } else if (yarn && is_other_machine(input)) {
        auto removed = remove_foreign_packages(folder / "node_modules", input.recipe.architecture);
        if (!removed) {
            return removed;
        }
    }
    for (const fs::path& path : borrowed) {
        if (auto removed = os::remove_tree(path); !removed) {
            return removed;
        }
    }
    return os::replace_file(target, *original);
}

base::Result<void> install_packages_in_source(const WorkflowInput& input) {
    const Manager& manager = manager_of(input.source);
    if (auto there = require_tool(input, manager.name, manager.how_to_get_it); !there) {
        return tl::unexpected(std::move(there.error()));
    }
    std::vector<std::string> argv{std::string(manager.name), "install"};
    if (manager.name == "npm") {
        argv.insert(argv.end(), {"--quiet", "--no-audit", "--no-fund"});
    }
    return run_manager(input, argv, input.source, install_failure(input));
}

} // namespace samara::build
