#include "base/strings.h"
#include "build/tool.h"
#include "build/workflow.h"
#include "data/read.h"
#include "data/write.h"

#include <array>

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view manifest_name = "package.json";
constexpr std::array lock_names{"package-lock.json", "npm-shrinkwrap.json"};
constexpr std::string_view npm_settings = ".npmrc";

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

base::Result<void> run_npm(
    const WorkflowInput& input,
    std::vector<std::string> arguments,
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

// What `npm publish` would take: package.json's "files", .npmignore, .gitignore.
base::Result<void> pack(const WorkflowInput& input) {
    const fs::path folder = input.scratch / "pack";
    if (auto made = os::make_folders(folder); !made) {
        return made;
    }
    const std::string failure = fmt::format("cannot pack {}", input.source.string());
    auto packed = run_npm(input, {"pack", "--quiet", input.source.string()}, folder, failure);
    if (!packed) {
        return packed;
    }
    for (const auto& entry : fs::directory_iterator(folder)) {
        const Tool tar{
            {"tar",
             "--extract",
             "--gzip",
             "--file",
             entry.path().string(),
             "--strip-components=1",
             "--no-same-owner"},
            input.artifacts};
        return run_tool(tar, failure, "", input.log, input.cancel).map([](const std::string&) {});
    }
    return base::fail(failure + ": npm made no archive");
}

base::Result<void> copy_sources(const WorkflowInput& input, const data::Value& manifest) {
    const bool can_be_packed =
        manifest.find("name") != nullptr && manifest.find("version") != nullptr;
    if (can_be_packed) {
        return pack(input);
    }
    os::CopyOptions options = input.copy;
    options.include = [inner = input.copy.include](const fs::path& relative) {
        return relative != "node_modules" && (!inner || inner(relative));
    };
    return os::copy_tree(input.source, input.artifacts, options);
}

// "file:../x" means a folder beside the sources, not beside the artifacts.
bool make_local_dependencies_absolute(data::Value& manifest, const fs::path& source) {
    constexpr std::string_view prefix = "file:";
    bool changed = false;
    for (const std::string_view kind : {"dependencies", "optionalDependencies"}) {
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

std::vector<std::string> install_arguments(const WorkflowInput& input, bool locked) {
    const data::Value* wanted = input.properties().find("UseNpmCi");
    const bool clean = locked && wanted != nullptr && *wanted == data::Value(true);
    std::vector<std::string> arguments{
        clean ? "ci" : "install", "--quiet", "--no-audit", "--no-fund", "--omit=dev"};
    if (!clean) {
        arguments.insert(arguments.end(), {"--no-save", "--install-links"});
    }
    return arguments;
}

// Installs in `artifacts` with the source's lock file and .npmrc, which do not stay there.
base::Result<void> install(const WorkflowInput& input, data::Value manifest) {
    const fs::path target = input.artifacts / manifest_name;
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
    const auto borrow = [&](const fs::path& name) -> base::Result<void> {
        if (is_file(input.artifacts / name) || !is_file(input.source / name)) {
            return {};
        }
        borrowed.push_back(input.artifacts / name);
        return os::copy_tree(input.source / name, borrowed.back());
    };
    for (const char* name : lock_names) {
        locked = locked || is_file(input.source / name);
        if (auto copied = borrow(name); !copied) {
            return copied;
        }
    }
    if (auto copied = borrow(npm_settings); !copied) {
        return copied;
    }
    auto installed = run_npm(
        input,
        install_arguments(input, locked),
        input.artifacts,
        fmt::format("cannot install the packages of {}", (input.source / manifest_name).string()));
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

// Installs beside the sources, where the developer's editor finds the packages too.
base::Result<void> install_in_source(const WorkflowInput& input) {
    auto installed = run_npm(
        input,
        {"install", "--quiet", "--no-audit", "--no-fund"},
        input.source,
        fmt::format("cannot install the packages of {}", (input.source / manifest_name).string()));
    if (!installed) {
        return installed;
    }
    std::error_code error;
    fs::create_directory_symlink(
        input.source / "node_modules", input.artifacts / "node_modules", error);
    if (error) {
        return base::fail(fmt::format("cannot link node_modules: {}", error.message()));
    }
    return {};
}

} // namespace

base::Result<void> build_nodejs_npm(const WorkflowInput& input) {
    const fs::path path = input.manifest.empty() ? input.source / manifest_name : input.manifest;
    if (!is_file(path)) {
        input.log.info("package.json file not found. Continuing the build without dependencies.");
        return os::copy_tree(input.source, input.artifacts, input.copy);
    }
    if (!os::find_program("npm")) {
        return base::fail(
            "npm was not found",
            "install Node.js with npm (Debian: apt install npm) and see that it is on PATH");
    }
    auto manifest = os::read_file(path).and_then(
        [&](const std::string& text) { return data::read_json(text, path.string()); });
    if (!manifest) {
        return tl::unexpected(std::move(manifest.error()));
    }
    if (auto copied = copy_sources(input, *manifest); !copied) {
        return copied;
    }
    if (path != input.source / manifest_name) {
        if (auto copied = os::copy_tree(path, input.artifacts / manifest_name); !copied) {
            return copied;
        }
    }
    if (!has_something_to_install(*manifest)) {
        return {};
    }
    return input.build_in_source ? install_in_source(input) : install(input, std::move(*manifest));
}

} // namespace samara::build
