#include "build/settings.h"

#include "base/hash.h"
#include "base/try.h"
#include "build/digest.h"
#include "build/outside.h"
#include "build/state.h"
#include "os/environment.h"
#include "os/process.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

// Another number makes every artifact anew: for when what a workflow does changes.
constexpr int recipe = 2;

fs::path metadata_folder(const Definition& definition, std::string_view key) {
    const std::string text = metadata_text(definition.recipe.metadata, key);
    return text.empty() ? fs::path()
                        : (definition.recipe.template_folder / text).lexically_normal();
}

bool is_below(const fs::path& path, const fs::path& folder) {
    const fs::path relative = path.lexically_relative(folder);
    return !relative.empty() && *relative.begin() != "..";
}

} // namespace

fs::path manifest_of(const Run& run, const Definition& definition) {
    std::error_code ignored;
    if (!run.request.manifest.empty()) {
        return fs::is_regular_file(run.request.manifest, ignored) ? run.request.manifest
                                                                  : fs::path();
    }
    if (const fs::path context = metadata_folder(definition, "ContextPath"); !context.empty()) {
        for (const std::string& name : definition.workflow.facts.manifests) {
            if (fs::is_regular_file(context / name, ignored)) {
                return context / name;
            }
        }
    }
    for (const std::string& name : definition.workflow.facts.manifests) {
        if (fs::is_regular_file(definition.source / name, ignored)) {
            return definition.source / name;
        }
    }
    return {};
}

bool runs_tools(const Run& run, const Definition& definition) {
    return !definition.one_file &&
           (!definition.workflow.facts.plain || !manifest_of(run, definition).empty());
}

bool in_container(const Run& run, const Definition& definition) {
    return run.request.containers.start != nullptr && runs_tools(run, definition);
}

ContainerNeeds needs_of(const Run& run, const Definition& definition) {
    ContainerNeeds needs;
    needs.logical_ids = definition.logical_ids;
    needs.runtime = definition.recipe.runtime;
    needs.architecture = definition.recipe.architecture;
    needs.environment = definition.workflow.facts.environment;
    needs.sources = {definition.source};
    for (fs::path& path : outside_of(run, definition)) {
        needs.sources.push_back(std::move(path));
    }
    const fs::path manifest = manifest_of(run, definition);
    if (!run.request.manifest.empty() && !manifest.empty()) {
        needs.sources.push_back(manifest.parent_path());
    }
    return needs;
}

std::vector<fs::path> outside_of(const Run& run, const Definition& definition) {
    if (definition.one_file) {
        return {};
    }
    const fs::path manifest = manifest_of(run, definition);
    std::vector<fs::path> outside = named_outside(manifest, definition.source);
    const auto add = [&](const fs::path& path) {
        std::error_code ignored;
        if (!path.empty() && !is_below(path, definition.source) && fs::exists(path, ignored) &&
            std::find(outside.begin(), outside.end(), path) == outside.end()) {
            outside.push_back(path);
        }
    };
    if (run.request.manifest.empty()) { // else it is one of the settings
        add(manifest);
    }
    add(metadata_folder(definition, "ProjectRootDirectory"));
    add(metadata_folder(definition, "WorkingDirectory"));
    return outside;
}

// A program that was replaced has another inode or time.
base::Result<std::string> settings_of(const Run& run, const Definition& definition) {
    std::string text = fmt::format("{}\n", recipe);
    if (!runs_tools(run, definition)) {
        return base::sha256_hex(text);
    }
    text += fmt::format("{}\n", run.request.build_in_source);
    if (!run.request.manifest.empty()) {
        const fs::path manifest = manifest_of(run, definition);
        TRY_ASSIGN(
            const std::string digest,
            manifest.empty() ? base::Result<std::string>("none") : content_digest(manifest, {}));
        text += digest;
    }
    if (in_container(run, definition)) {
        text += run.request.containers.key(needs_of(run, definition));
        return base::sha256_hex(text);
    }
    for (const std::string& name : definition.workflow.facts.tools) {
        if (const auto program = os::find_program(name)) {
            std::error_code ignored;
            text += fmt::format(
                "{} {} {}\n",
                program->string(),
                inode_of(fs::canonical(*program, ignored)),
                fs::last_write_time(*program, ignored).time_since_epoch().count());
        }
    }
    for (const auto& [name, value] : os::environment()) {
        const bool matters = std::any_of(
            definition.workflow.facts.environment.begin(),
            definition.workflow.facts.environment.end(),
            [&](const std::string& beginning) { return name.starts_with(beginning); });
        if (matters) {
            text += fmt::format("{}={}\n", name, value);
        }
    }
    return base::sha256_hex(text); // values may be secret
}

} // namespace samara::build
