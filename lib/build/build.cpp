#include "build/build.h"

#include "base/strings.h"
#include "build/cache.h"
#include "build/definition.h"
#include "build/graph.h"
#include "build/image.h"
#include "build/workflow.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>

#include <fmt/format.h>

#include <fnmatch.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

using Jobs = std::vector<std::function<base::Result<void>()>>;

// What every job of one run shares.
struct Run {
    const Request& request;
    const base::Log& log;
    const os::Cancellation& cancel;
    fs::path staging; ///< of the whole build: not a source
    fs::path folder;  ///< becomes the build folder
};

os::CopyOptions source_filter(const Run& run, const Definition& definition) {
    os::CopyOptions copy;
    copy.cancel = run.cancel;
    copy.symlinks = os::SymlinkMode::follow; // an artifact goes where their targets are not
    copy.include = [source = definition.source,
                    patterns = definition.workflow.facts.excludes,
                    ours = std::vector{run.staging, run.request.build_dir, run.request.cache_dir}](
                       const fs::path& relative) {
        const std::string name = relative.filename().string();
        const bool excluded =
            std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
                return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
            });
        return !excluded && std::find(ours.begin(), ours.end(), source / relative) == ours.end();
    };
    return copy;
}

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

base::Result<void>
run_workflow(const Run& run, const Definition& definition, const fs::path& root) {
    const auto scratch = os::TempDir::create("scratch");
    if (!scratch) {
        return tl::unexpected(scratch.error());
    }
    WorkflowInput input;
    input.source = definition.source;
    input.artifacts = root;
    const std::string& below = definition.workflow.facts.layer_folder;
    if (definition.layer && !below.empty()) {
        input.artifacts /= below;
    }
    input.scratch = scratch->path();
    input.manifest = run.request.manifest;
    input.target = metadata_text(definition.metadata, "SamResourceId");
    if (input.target.empty()) {
        input.target = definition.logical_ids.front();
    }
    input.runtime = definition.runtime;
    input.handler = definition.handler;
    input.architecture = definition.architecture;
    input.metadata = definition.metadata;
    input.build_in_source = run.request.build_in_source;
    input.layer = definition.layer;
    input.copy = source_filter(run, definition);
    input.log = run.log;
    input.cancel = run.cancel;
    return os::make_folders(input.artifacts).and_then([&] {
        return definition.workflow.run(input);
    });
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

base::Result<void>
build_or_restore(const Run& run, const Definition& definition, Fingerprint& print) {
    const fs::path root = run.folder / definition.logical_ids.front();
    if (!run.request.cached) {
        announce(run, definition);
        return run_workflow(run, definition, root);
    }
    auto current = Cache::fingerprint(
        definition, manifest_of(run, definition), source_filter(run, definition));
    if (!current) {
        return tl::unexpected(std::move(current.error()));
    }
    print = std::move(*current);
    const Cache cache(run.request.cache_dir);
    const bool valid = cache.contains(definition, print);
    run.log.info(fmt::format(
        "{} for following {} ({})",
        valid ? "Valid cache found, copying previously built resources"
              : "Cache is invalid, running build and copying resources",
        definition.layer ? "layers" : "functions",
        base::join(definition.logical_ids, ", ")));
    if (valid) {
        return cache.restore(definition, print, root, run.cancel);
    }
    announce(run, definition);
    return run_workflow(run, definition, root).and_then([&] {
        return cache.store(definition, print, root, run.cancel);
    });
}

base::Result<void>
make_artifacts(const Run& run, const Definition& definition, Fingerprint& print) {
    auto built = build_or_restore(run, definition, print);
    const fs::path first = run.folder / definition.logical_ids.front();
    for (std::size_t i = 1; built && i < definition.logical_ids.size(); ++i) {
        os::CopyOptions copy;
        copy.cancel = run.cancel;
        built = os::copy_tree(first, run.folder / definition.logical_ids[i], copy);
    }
    return built;
}

base::Result<void> build_image(const Run& run, ImageBuilder* images, const ImageJob& job) {
    if (images == nullptr) {
        return base::fail(
            "an image can only be built with Docker", "start Docker, or set DOCKER_HOST");
    }
    run.log.info(fmt::format("Building image for {} function", base::join(job.logical_ids, ", ")));
    return images->build(job.image, run.log, run.cancel);
}

base::Result<void> located(
    base::Result<void> result,
    const std::vector<std::string>& logical_ids,
    const base::Location& where) {
    if (!result && result.error().resource.empty()) {
        base::Error& error = result.error();
        error.message = fmt::format("{}: {}", base::join(logical_ids, ", "), error.message);
        error.resource = logical_ids.front();
        error.where = error.where.known() ? error.where : where;
    }
    return result;
}

// The first failure in the order of the jobs; after one, no further job is begun.
base::Result<void> run_all(const Jobs& jobs, bool parallel) {
    std::vector<base::Result<void>> results(jobs.size());
    std::atomic<std::size_t> next = 0;
    std::atomic<bool> failed = false;
    const auto work = [&] {
        for (std::size_t i = next++; i < jobs.size() && !failed; i = next++) {
            results[i] = jobs[i]();
            if (!results[i]) {
                failed = true;
            }
        }
    };
    const std::size_t wanted =
        parallel
            ? std::min<std::size_t>(jobs.size(), std::max(2U, std::thread::hardware_concurrency()))
            : 1;
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < wanted; ++i) {
        threads.emplace_back(work);
    }
    work();
    threads.clear();
    for (base::Result<void>& result : results) {
        if (!result) {
            return std::move(result);
        }
    }
    return {};
}

Artifacts
artifacts_of(const std::vector<Definition>& definitions, const std::vector<ImageJob>& images) {
    Artifacts artifacts;
    for (const Definition& definition : definitions) {
        for (const std::string& id : definition.logical_ids) {
            artifacts[id] = {id, {}};
        }
    }
    for (const ImageJob& job : images) {
        for (const std::string& id : job.logical_ids) {
            artifacts[id] = {{}, job.image.tag};
        }
    }
    return artifacts;
}

base::Result<os::TempDir> make_staging(const Request& request) {
    const fs::path beside = request.build_dir.parent_path();
    if (auto made = os::make_folders(beside); !made) {
        return tl::unexpected(std::move(made.error()));
    }
    os::sweep_temp_dirs(beside);
    return os::TempDir::create("build", beside);
}

} // namespace

base::Result<Built> build(
    const Request& request,
    ImageBuilder* images,
    const base::Log& log,
    const os::Cancellation& cancel) {
    const auto workflows = Workflows::load();
    if (!workflows) {
        return tl::unexpected(workflows.error());
    }
    const auto all = definitions(request, *workflows, log);
    if (!all) {
        return tl::unexpected(all.error());
    }
    const auto image_builds = image_jobs(request, log);
    if (!image_builds) {
        return tl::unexpected(image_builds.error());
    }
    auto staging = make_staging(request);
    if (!staging) {
        return tl::unexpected(std::move(staging.error()));
    }
    const Run run{request, log, cancel, staging->path(), staging->path() / "build"};
    if (auto made = os::make_folders(run.folder); !made) {
        return tl::unexpected(std::move(made.error()));
    }
    std::vector<Fingerprint> prints(all->size());
    Jobs jobs;
    for (std::size_t i = 0; i < all->size(); ++i) {
        jobs.emplace_back([&, i] {
            const Definition& definition = all->at(i);
            return located(
                make_artifacts(run, definition, prints[i]),
                definition.logical_ids,
                definition.where);
        });
    }
    for (const ImageJob& job : *image_builds) {
        jobs.emplace_back(
            [&] { return located(build_image(run, images, job), job.logical_ids, job.where); });
    }
    if (auto done = run_all(jobs, request.parallel); !done) {
        return tl::unexpected(std::move(done.error()));
    }
    if (request.cached && request.whole && request.exclude.empty()) {
        Cache(request.cache_dir).keep_only(*all);
    }
    Built built(std::move(*staging), request.build_dir, artifacts_of(*all, *image_builds));
    built.set_graph(graph_text(*all, prints));
    return built;
}

} // namespace samara::build
