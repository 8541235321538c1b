#include "build/artifact.h"

#include "base/hash.h"
#include "base/strings.h"
#include "base/try.h"
#include "build/artifact_check.h"
#include "build/cache.h"
#include "build/digest.h"
#include "build/filter.h"
#include "build/inspect.h"
#include "build/settings.h"
#include "build/tool.h"
#include "build/workflow.h"
#include "model/limits.h"
#include "model/runtimes.h"
#include "os/owner.h"
#include "os/project_links.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

void announce(const Run& run, const Definition& definition) {
    if (definition.recipe.layer) {
        run.log.info(fmt::format("Building layer '{}'", definition.logical_ids.front()));
        return;
    }
    run.log.info(fmt::format(
        "Building codeuri: {} runtime: {} architecture: {} functions: {}",
        definition.source.string(),
        definition.recipe.runtime,
        definition.recipe.architecture,
        base::join(definition.logical_ids, ", ")));
}

void report_cache(const Run& run, const Definition& definition, bool valid) {
    if (!run.request.cached) {
        if (valid && !run.request.copies_only) {
            announce(run, definition); // scripts look for each function, built anew or not
        }
        return;
    }
    run.log.info(fmt::format(
        "{} for following {} ({})",
        valid ? "Valid cache found, copying previously built resources"
              : "Cache is invalid, running build and copying resources",
        definition.recipe.layer ? "layers" : "functions",
        base::join(definition.logical_ids, ", ")));
}

// Where packages come from a file of the project: whether they are fetched anew, as scripts look
// for it.
void report_manifest(
    const Run& run,
    const Definition& definition,
    const std::string& id,
    std::string_view digest,
    bool builds) {
    const auto former = run.former.artifacts.find(id);
    const bool same = former != run.former.artifacts.end() && former->second.manifest == digest;
    const std::string family = model::runtime_family(definition.recipe.runtime);
    const bool has_packages =
        definition.workflow.facts.plain || family == "java" || family == "dotnet";
    if (!run.request.cached || !has_packages || digest.empty()) {
        return;
    }
    const std::string ids = base::join(definition.logical_ids, ", ");
    run.log.info(
        same || !builds
            ? fmt::format(
                  "Manifest is not changed for ({}){}",
                  ids,
                  builds ? ", running incremental build" : "")
            : fmt::format(
                  "Manifest file is changed (new hash: {}) for ({}), downloading dependencies and "
                  "copying/building source",
                  digest,
                  ids));
}

base::Result<void> copy_file_source(const WorkflowInput& input) {
    return os::copy_tree(input.source, input.artifacts / input.source.filename(), input.copy);
}

base::Result<Size> run_workflow(
    const Run& run,
    const Definition& definition,
    const SourceFilter& filter,
    const fs::path& root) {
    TRY_ASSIGN(const auto scratch, os::TempDir::create("scratch"));
    WorkflowInput input;
    input.source = definition.source;
    input.artifacts = root;
    const std::string& below = definition.workflow.facts.layer_folder;
    if (definition.recipe.layer && !below.empty()) {
        input.artifacts /= below;
    }
    input.scratch = scratch.path();
    input.manifest = run.request.manifest;
    input.target = metadata_text(definition.recipe.metadata, "SamResourceId");
    if (input.target.empty()) {
        input.target = own_id(definition.logical_ids.front());
    }
    input.recipe = definition.recipe;
    input.build_in_source = run.request.build_in_source;
    input.facts = &definition.workflow.facts;
    input.copy = filter.copy_options(run.cancel);
    input.copy.follow = os::ProjectLinks(
        os::project_root(definition.recipe.template_folder),
        run.request.follow_links,
        run.log,
        run.links_told);
    input.log = run.log;
    input.notices = run.notices;
    input.cancel = run.cancel;
    if (auto made = os::make_folders(input.artifacts); !made) {
        return tl::unexpected(std::move(made.error()));
    }
    std::unique_ptr<ToolHost> host;
    if (in_container(run, definition)) {
        ContainerNeeds needs = needs_of(run, definition);
        needs.results = {root, input.scratch};
        auto started = run.request.containers.start(needs, run.log, run.cancel);
        if (!started) {
            return tl::unexpected(std::move(started.error()));
        }
        host = std::move(*started);
        input.host = host.get();
    }
    return base::Result<void>()
        .and_then([&] {
            return definition.one_file ? copy_file_source(input) : definition.workflow.run(input);
        })
        .and_then([&] { return check_artifact(run, definition, root); });
}

// Compares what artifacts were made from with what is there now; reads the sources only where their
// state is another one.
class Comparison {
public:
    Comparison(
        const Definition& definition,
        const SourceFilter& filter,
        const std::vector<fs::path>& outside,
        Inputs& inputs)
        : definition_(definition), filter_(filter), outside_(outside), inputs_(inputs) {}

    base::Result<void> read(const os::Cancellation& cancel) {
        if (!inputs_.content.empty()) {
            return {};
        }
        std::string all;
        std::vector<fs::path> sources{definition_.source};
        sources.insert(sources.end(), outside_.begin(), outside_.end());
        for (const fs::path& source : sources) {
            auto digest = content_digest(source, filter_.copy_options(cancel));
            if (!digest) {
                return tl::unexpected(std::move(digest.error()));
            }
            all += *digest;
        }
        inputs_.content = outside_.empty() ? all : base::sha256_hex(all);
        return {};
    }

    base::Result<bool> same(const Inputs& other, const os::Cancellation& cancel) {
        if (other.definition != inputs_.definition || other.settings != inputs_.settings) {
            why_ = other.definition != inputs_.definition
                       ? "the template builds it in another way"
                       : "its tools, dependency files or variables are others";
            return false;
        }
        why_ = "its sources have changed";
        if (other.state == inputs_.state) {
            inputs_.content = inputs_.content.empty() ? other.content : inputs_.content;
            return true;
        }
        if (other.content.empty()) {
            return false;
        }
        return read(cancel).map([&] { return other.content == inputs_.content; });
    }

    /// What the last inputs that were not the same differ in.
    [[nodiscard]] std::string_view why() const { return why_; }

private:
    const Definition& definition_;
    const SourceFilter& filter_;
    const std::vector<fs::path>& outside_;
    Inputs& inputs_;
    std::string_view why_;
};

std::string_view why_not_former(const Run& run, const std::string& id) {
    const auto former = run.former.artifacts.find(id);
    return run.request.anew                       ? "all is built anew (--no-cached)"
           : former == run.former.artifacts.end() ? "it has not been built here"
                                                  : "its artifact is not as it was left";
}

base::Result<void> copy_artifact(const Run& run, const fs::path& from, const std::string& id) {
    os::CopyOptions copy;
    copy.cancel = run.cancel;
    const fs::path to = run.fresh / id;
    return os::make_folders(to.parent_path()).and_then([&] {
        return os::copy_tree(from, to, copy);
    });
}

base::Result<std::string> manifest_digest(const Run& run, const Definition& definition) {
    const fs::path manifest = manifest_of(run, definition);
    return manifest.empty() ? base::Result<std::string>() : content_digest(manifest, {});
}

// Whether all of an artifact has come to the disk: files of before a power cut may be cut short.
bool is_whole(const Run& run, const std::string& id, const Placed& placed) {
    if (run.former.boot == os::this_process().boot) {
        return true;
    }
    const auto size = size_of(run.request.build_dir / id);
    return size && size->bytes == placed.size.bytes;
}

// The first of `missing`, from the cache or by the workflow.
base::Result<Fate> make_first(
    const Run& run,
    const Definition& definition,
    const SourceFilter& filter,
    const Inputs& inputs,
    const std::string& id,
    Placed& placed) {
    const Cache cache(run.request.cache_dir);
    const fs::path root = run.fresh / id;
    const bool valid = !run.request.anew && cache.contains(inputs);
    report_cache(run, definition, valid);
    if (valid) {
        auto restored = os::make_folders(root.parent_path()).and_then([&] {
            return cache.restore(inputs, root, run.cancel);
        });
        if (!restored) {
            return tl::unexpected(std::move(restored.error()));
        }
        return size_of(root).map([&](const Size& found) {
            placed.size = found;
            return Fate::restored;
        });
    }
    announce(run, definition);
    report_manifest(run, definition, id, placed.manifest, true);
    auto built = run_workflow(run, definition, filter, root);
    if (!built) {
        return tl::unexpected(std::move(built.error()));
    }
    placed.size = std::move(*built);
    return Fate::built;
}

// The state of all sources but those that tools write themselves. Empty where there are none.
std::string rest_of_state(
    const Run& run,
    const Definition& definition,
    const Placed& placed,
    const std::vector<fs::path>& ours) {
    const std::vector<std::string>& written = definition.workflow.facts.writes;
    if (written.empty() || !runs_tools(run, definition)) {
        return {};
    }
    Placed rest;
    rest.source = placed.source;
    rest.outside = placed.outside;
    rest.excludes = placed.excludes;
    rest.excludes.insert(rest.excludes.end(), written.begin(), written.end());
    return whole_state(rest, ours, run.cancel).value_or(std::string());
}

} // namespace

base::Result<Made> make_artifact(const Run& run, const Definition& definition) {
    const std::vector<std::string> everything;
    const std::vector<std::string>& excludes =
        definition.one_file ? everything : definition.workflow.facts.excludes;
    std::vector<fs::path> ours = own_paths(run.request.build_dir, run.request.cache_dir);
    ours.push_back(run.staging);
    auto filter = SourceFilter::make(definition.source, excludes, ours);
    if (!filter) {
        return tl::unexpected(std::move(filter.error()));
    }
    Made made;
    made.placed.source = definition.source.string();
    made.placed.excludes = excludes;
    made.placed.copies = !runs_tools(run, definition);
    made.placed.recipe = definition.recipe;
    if (run.request.copies_only && !made.placed.copies) {
        return base::fail("it is built with tools");
    }
    const std::vector<fs::path> outside = outside_of(run, definition);
    for (const fs::path& path : outside) {
        made.placed.outside.push_back(path.string());
    }
    auto settings = settings_of(run, definition);
    auto state = whole_state(made.placed, ours, run.cancel);
    if (!state || !settings) {
        return tl::unexpected(state ? settings.error() : state.error());
    }
    Inputs& inputs = made.placed.inputs;
    inputs = {definition.id, std::move(*settings), std::move(*state), {}};
    Comparison comparison(definition, *filter, outside, inputs);
    std::vector<std::string> there;
    std::vector<std::string> missing;
    for (const std::string& id : definition.logical_ids) {
        const auto former = run.former.artifacts.find(id);
        bool same = !run.request.anew && former != run.former.artifacts.end() &&
                    former->second.inode != 0 &&
                    inode_of(run.request.build_dir / id) == former->second.inode &&
                    is_whole(run, id, former->second);
        std::string_view why = same ? std::string_view() : why_not_former(run, id);
        if (same) {
            auto compared = comparison.same(former->second.inputs, run.cancel);
            if (!compared) {
                return tl::unexpected(std::move(compared.error()));
            }
            same = *compared;
            why = comparison.why();
        }
        run.log.debug(
            same ? fmt::format("{}: the artifact of the last build is kept", id)
                 : fmt::format("{}: the artifact is made again: {}", id, why));
        (same ? there : missing).push_back(id);
    }
    if (run.request.cached || (runs_tools(run, definition) && !missing.empty())) {
        if (auto read = comparison.read(run.cancel); !read) {
            return tl::unexpected(std::move(read.error()));
        }
    }
    if (!inputs.content.empty()) {
        auto manifest = manifest_digest(run, definition);
        if (!manifest) {
            return tl::unexpected(std::move(manifest.error()));
        }
        made.placed.manifest = std::move(*manifest);
    }
    made.fresh = missing;
    if (there.empty()) {
        const std::string rest = rest_of_state(run, definition, made.placed, ours);
        TRY_ASSIGN(
            made.fate, make_first(run, definition, *filter, inputs, missing.front(), made.placed));
        if (!rest.empty() && rest == rest_of_state(run, definition, made.placed, ours)) {
            TRY_ASSIGN(inputs.state, whole_state(made.placed, ours, run.cancel));
            inputs.content.clear();
            TRY(comparison.read(run.cancel));
        }
        if (in_container(run, definition)) { // its image may have been pulled just now
            TRY_ASSIGN(inputs.settings, settings_of(run, definition));
        }
        if (run.request.cached && made.fate == Fate::built) {
            TRY(Cache(run.request.cache_dir)
                    .store(inputs, run.fresh / missing.front(), run.cancel));
        }
    } else {
        made.placed.size = run.former.artifacts.at(there.front()).size;
        made.fate = missing.empty() ? Fate::unchanged : Fate::restored;
        report_cache(run, definition, true);
        report_manifest(run, definition, there.front(), made.placed.manifest, false);
    }
    const fs::path source =
        there.empty() ? run.fresh / missing.front() : run.request.build_dir / there.front();
    for (std::size_t i = there.empty() ? 1 : 0; i < missing.size(); ++i) {
        if (auto copied = copy_artifact(run, source, missing[i]); !copied) {
            return tl::unexpected(std::move(copied.error()));
        }
    }
    return made;
}

} // namespace samara::build
