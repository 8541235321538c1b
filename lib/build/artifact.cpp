#include "build/artifact.h"

#include "base/hash.h"
#include "base/strings.h"
#include "build/cache.h"
#include "build/digest.h"
#include "build/filter.h"
#include "build/inspect.h"
#include "build/outside.h"
#include "build/tool.h"
#include "build/workflow.h"
#include "os/environment.h"
#include "os/process.h"
#include "os/project_links.h"
#include "template/limits.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

// Another number makes every artifact anew: for when what a workflow does changes.
constexpr int recipe = 1;

fs::path manifest_of(const Run& run, const Definition& definition) {
    if (!run.request.manifest.empty()) {
        return run.request.manifest;
    }
    std::error_code ignored;
    for (const std::string& name : definition.workflow.facts.manifests) {
        if (fs::is_regular_file(definition.source / name, ignored)) {
            return definition.source / name;
        }
    }
    return {};
}

// Whether tools run: then reading the sources is cheaper than building.
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
    needs.runtime = definition.runtime;
    needs.architecture = definition.architecture;
    needs.environment = definition.workflow.facts.environment;
    needs.sources = {definition.source};
    const fs::path manifest = manifest_of(run, definition);
    for (fs::path& path : named_outside(manifest, definition.source)) {
        needs.sources.push_back(std::move(path));
    }
    if (!run.request.manifest.empty()) {
        needs.sources.push_back(run.request.manifest.parent_path());
    }
    return needs;
}

// What an artifact is made from besides its sources: a program that was replaced has another inode
// or time.
base::Result<std::string> settings_of(const Run& run, const Definition& definition) {
    std::string text = fmt::format("{} {}\n", recipe, run.request.build_in_source);
    if (!runs_tools(run, definition)) {
        return base::sha256_hex(text);
    }
    if (!run.request.manifest.empty()) {
        auto manifest = content_digest(run.request.manifest, {});
        if (!manifest) {
            return manifest;
        }
        text += *manifest;
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

void announce(const Run& run, const Definition& definition) {
    if (definition.layer) {
        run.log.info(fmt::format("Building layer '{}'", definition.logical_ids.front()));
        return;
    }
    run.log.info(fmt::format(
        "Building codeuri: {} runtime: {} architecture: {} functions: {}",
        definition.source.string(),
        definition.runtime,
        definition.architecture,
        base::join(definition.logical_ids, ", ")));
}

void tell_cache(const Run& run, const Definition& definition, bool valid) {
    if (!run.request.cached) {
        return;
    }
    run.log.info(fmt::format(
        "{} for following {} ({})",
        valid ? "Valid cache found, copying previously built resources"
              : "Cache is invalid, running build and copying resources",
        definition.layer ? "layers" : "functions",
        base::join(definition.logical_ids, ", ")));
}

// Sizes and native files are told, not refused: a deployment may still leave things out.
base::Result<void>
check_artifact(const Run& run, const Definition& definition, const fs::path& root) {
    auto found = inspect(root, definition.architecture);
    if (!found) {
        return tl::unexpected(std::move(found.error()));
    }
    const std::string names = base::join(definition.logical_ids, ", ");
    constexpr std::size_t named = 3; // some packages bring a library for every processor
    for (std::size_t i = 0; i < std::min(named, found->foreign.size()); ++i) {
        run.log.warning(fmt::format(
            "{}: {} does not run on {}", names, found->foreign[i], definition.architecture));
    }
    if (found->foreign.size() > named) {
        run.log.warning(fmt::format("{}: and {} more files", names, found->foreign.size() - named));
    }
    const std::uint64_t limit = model::limits().unzipped_bytes;
    if (found->bytes > limit) {
        constexpr std::size_t shown = 3;
        std::vector<std::string> largest;
        for (const Inspection::Part& part : found->parts) {
            if (largest.size() < shown) {
                largest.push_back(fmt::format("{} {} MB", part.name, part.bytes >> 20U));
            }
        }
        run.log.warning(fmt::format(
            "{}: {} MB unzipped, and Lambda takes {} MB with all layers (largest: {})",
            names,
            found->bytes >> 20U,
            limit >> 20U,
            base::join(largest, ", ")));
    }
    return {};
}

base::Result<void> copy_file_source(const WorkflowInput& input) {
    return os::copy_tree(input.source, input.artifacts / input.source.filename(), input.copy);
}

base::Result<void> run_workflow(
    const Run& run,
    const Definition& definition,
    const SourceFilter& filter,
    const fs::path& root) {
    const auto scratch = os::TempDir::create("scratch");
    if (!scratch) {
        return tl::unexpected(scratch.error());
    }
    WorkflowInput input;
    input.source = definition.source;
    input.template_folder = definition.template_folder;
    input.artifacts = root;
    const std::string& below = definition.workflow.facts.layer_folder;
    if (definition.layer && !below.empty()) {
        input.artifacts /= below;
    }
    input.scratch = scratch->path();
    input.manifest = run.request.manifest;
    input.target = metadata_text(definition.metadata, "SamResourceId");
    if (input.target.empty()) {
        input.target = own_id(definition.logical_ids.front());
    }
    input.runtime = definition.runtime;
    input.handler = definition.handler;
    input.architecture = definition.architecture;
    input.metadata = definition.metadata;
    input.build_in_source = run.request.build_in_source;
    input.layer = definition.layer;
    input.facts = &definition.workflow.facts;
    input.copy = filter.copy_options(run.cancel);
    input.copy.follow = os::ProjectLinks(
        os::project_root(definition.template_folder),
        run.request.follow_links,
        run.log,
        run.links_told);
    input.log = run.log;
    input.cancel = run.cancel;
    if (auto made = os::make_folders(input.artifacts); !made) {
        return made;
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
            return false;
        }
        if (other.state == inputs_.state) {
            inputs_.content = inputs_.content.empty() ? other.content : inputs_.content;
            return true;
        }
        if (other.content.empty()) {
            return false;
        }
        return read(cancel).map([&] { return other.content == inputs_.content; });
    }

private:
    const Definition& definition_;
    const SourceFilter& filter_;
    const std::vector<fs::path>& outside_;
    Inputs& inputs_;
};

base::Result<void> copy_artifact(const Run& run, const fs::path& from, const std::string& id) {
    os::CopyOptions copy;
    copy.cancel = run.cancel;
    const fs::path to = run.fresh / id;
    return os::make_folders(to.parent_path()).and_then([&] {
        return os::copy_tree(from, to, copy);
    });
}

base::Result<Fingerprint>
fingerprint(const Run& run, const Definition& definition, const Inputs& inputs) {
    Fingerprint print{inputs.content, {}};
    const fs::path manifest = manifest_of(run, definition);
    if (!manifest.empty() && !inputs.content.empty()) {
        auto digest = content_digest(manifest, {});
        if (!digest) {
            return tl::unexpected(std::move(digest.error()));
        }
        print.manifest = std::move(*digest);
    }
    return print;
}

// The first of `missing`, from the cache or by the workflow.
base::Result<Fate> make_first(
    const Run& run,
    const Definition& definition,
    const SourceFilter& filter,
    const Inputs& inputs,
    const std::string& id) {
    const Cache cache(run.request.cache_dir);
    const fs::path root = run.fresh / id;
    const bool valid = !run.request.anew && cache.contains(inputs);
    tell_cache(run, definition, valid);
    if (valid) {
        return os::make_folders(root.parent_path())
            .and_then([&] { return cache.restore(inputs, root, run.cancel); })
            .map([] { return Fate::restored; });
    }
    announce(run, definition);
    return run_workflow(run, definition, filter, root)
        .and_then([&] {
            return run.request.cached ? cache.store(inputs, root, run.cancel)
                                      : base::Result<void>();
        })
        .map([] { return Fate::built; });
}

} // namespace

base::Result<Made> make_artifact(const Run& run, const Definition& definition) {
    const std::vector<std::string> everything;
    const std::vector<std::string>& excludes =
        definition.one_file ? everything : definition.workflow.facts.excludes;
    const std::vector<fs::path> ours{run.staging, run.request.build_dir, run.request.cache_dir};
    auto filter = SourceFilter::make(definition.source, excludes, ours);
    if (!filter) {
        return tl::unexpected(std::move(filter.error()));
    }
    Made made;
    made.placed.source = definition.source.string();
    made.placed.excludes = excludes;
    const std::vector<fs::path> outside =
        definition.one_file ? std::vector<fs::path>()
                            : named_outside(manifest_of(run, definition), definition.source);
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
                    inode_of(run.request.build_dir / id) == former->second.inode;
        if (same) {
            auto compared = comparison.same(former->second.inputs, run.cancel);
            if (!compared) {
                return tl::unexpected(std::move(compared.error()));
            }
            same = *compared;
        }
        (same ? there : missing).push_back(id);
    }
    if (run.request.cached || (runs_tools(run, definition) && !missing.empty())) {
        if (auto read = comparison.read(run.cancel); !read) {
            return tl::unexpected(std::move(read.error()));
        }
    }
    auto print = fingerprint(run, definition, inputs);
    if (!print) {
        return tl::unexpected(std::move(print.error()));
    }
    made.print = std::move(*print);
    made.fresh = missing;
    if (there.empty()) {
        auto fate = make_first(run, definition, *filter, inputs, missing.front());
        if (!fate) {
            return tl::unexpected(std::move(fate.error()));
        }
        made.fate = *fate;
    } else {
        made.fate = missing.empty() ? Fate::unchanged : Fate::restored;
        tell_cache(run, definition, true);
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
