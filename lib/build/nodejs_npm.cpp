#include "base/try.h"
#include "build/node_packages.h"
#include "build/tool.h"
#include "build/workflow.h"

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

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
    std::error_code error;
    const fs::directory_iterator archive(folder, error);
    if (error || archive == fs::directory_iterator()) {
        return base::fail(failure + ": npm made no archive");
    }
    const Tool tar{
        {"tar",
         "--extract",
         "--gzip",
         "--file",
         archive->path().string(),
         "--strip-components=1",
         "--no-same-owner"},
        input.artifacts};
    return run_tool(input, tar, failure, "").map([](const std::string&) {});
}

base::Result<void> copy_sources(const WorkflowInput& input, const data::Value& manifest) {
    std::error_code ignored; // npm packs by the manifest beside the sources only
    const bool can_be_packed = manifest.find("name") != nullptr &&
                               manifest.find("version") != nullptr &&
                               fs::is_regular_file(input.source / npm_manifest, ignored);
    if (can_be_packed && find_tool(input, "npm")) {
        return pack(input);
    }
    os::CopyOptions options = input.copy;
    options.include = [inner = input.copy.include](const fs::path& relative) {
        return relative != "node_modules" && (!inner || inner(relative));
    };
    return os::copy_tree(input.source, input.artifacts, options);
}

// Where Node.js looks for the packages of a source: its own, and those of the workspaces around it.
std::vector<fs::path> installed_packages(const fs::path& source) {
    std::vector<fs::path> found;
    std::error_code ignored;
    for (fs::path folder = source;; folder = folder.parent_path()) {
        if (fs::is_directory(folder / "node_modules", ignored) &&
            fs::is_regular_file(folder / npm_manifest, ignored)) {
            found.push_back(folder / "node_modules");
        }
        if (folder == folder.parent_path()) {
            return found;
        }
    }
}

base::Result<void> link_folder(const fs::path& target, const fs::path& link) {
    std::error_code error;
    fs::create_directory_symlink(target, link, error);
    return error ? base::fail(fmt::format("cannot link {}: {}", link.string(), error.message()))
                 : base::Result<void>();
}

// A link for each package of `modules` (or of one "@scope" there) that has none in `folder` yet.
base::Result<void> link_packages(const fs::path& modules, const fs::path& folder) {
    TRY(os::make_folders(folder));
    std::error_code error;
    for (fs::directory_iterator entry(modules, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code ignored;
        const std::string name = entry->path().filename().string();
        if (name.starts_with('.') || !entry->is_directory(ignored)) {
            continue;
        }
        if (name.starts_with('@')) {
            TRY(link_packages(entry->path(), folder / name));
        } else if (!fs::exists(fs::symlink_status(folder / name, ignored))) {
            TRY(link_folder(entry->path(), folder / name));
        }
    }
    return {};
}

// Installs beside the sources, where the developer's editor finds the packages too.
base::Result<void> install_in_source(const WorkflowInput& input) {
    TRY(install_packages_in_source(input));
    const std::vector<fs::path> folders = installed_packages(input.source);
    const fs::path packages = input.artifacts / "node_modules";
    if (folders.empty()) {
        return base::fail(
            fmt::format(
                "no node_modules after installing the packages of {}", input.source.string()),
            "see what the package manager says when it is run there by hand");
    }
    if (folders.size() == 1) {
        return link_folder(folders.front(), packages);
    }
    for (const fs::path& folder : folders) { // the nearest first
        TRY(link_packages(folder, packages));
    }
    return {};
}

} // namespace

base::Result<void> build_nodejs_npm(const WorkflowInput& input) {
    const fs::path path = input.manifest.empty() ? input.source / npm_manifest : input.manifest;
    std::error_code ignored;
    if (!fs::is_regular_file(path, ignored)) {
        input.log.info("package.json file not found. Continuing the build without dependencies.");
        report_step(input, "CopySource");
        return os::copy_tree(input.source, input.artifacts, input.copy);
    }
    auto manifest = read_npm_manifest(path);
    if (!manifest) {
        return tl::unexpected(std::move(manifest.error()));
    }
    report_step(input, "NpmPack");
    if (auto copied = copy_sources(input, *manifest); !copied) {
        return copied;
    }
    if (path != input.source / npm_manifest) {
        if (auto copied = os::copy_tree(path, input.artifacts / npm_manifest); !copied) {
            return copied;
        }
    }
    report_step(input, "NpmInstall");
    if (!has_something_to_install(*manifest)) {
        return {};
    }
    return input.build_in_source
               ? install_in_source(input)
               : install_packages(
                     input, input.artifacts, std::move(*manifest), NpmScope::production);
}

} // namespace samara::build
