#include "build/build.h"

#include "base/strings.h"
#include "base/try.h"
#include "build/artifact.h"
#include "build/definition.h"
#include "build/image.h"
#include "build/image_artifact.h"
#include "build/placement.h"
#include "build/workflow.h"
#include "os/file_lock.h"
#include "os/processors.h"
#include "os/wait.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds since(Clock::time_point began) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
}

// What became of one definition or image.
struct Outcome {
    base::Result<Made> made;
    std::chrono::milliseconds time{0};
};

// Lines of jobs that run side by side come out together, when the job ends.
class JobLog {
public:
    JobLog(
        const base::Log& log,
        std::mutex& mutex,
        bool buffered,
        Progress* progress,
        std::uint64_t number,
        const std::string& names)
        : log_(log), mutex_(mutex), buffered_(buffered), progress_(progress), number_(number) {
        if (progress_ != nullptr) {
            progress_->begin(number_, names);
        }
    }

    JobLog(const JobLog&) = delete;
    JobLog& operator=(const JobLog&) = delete;
    JobLog(JobLog&&) = delete;
    JobLog& operator=(JobLog&&) = delete;

    ~JobLog() {
        if (progress_ != nullptr) {
            progress_->end(number_);
        }
        const std::lock_guard lock(mutex_);
        for (const auto& [level, line] : lines_) {
            write(level, line);
        }
    }

    /// Comes out at once, from any thread.
    base::Log notices() {
        return base::Log([this](base::LogLevel level, std::string_view line) {
            const std::lock_guard lock(mutex_);
            write(level, std::string(line));
        });
    }

    base::Log log() {
        return base::Log([this](base::LogLevel level, std::string_view line) {
            if (progress_ != nullptr && level == base::LogLevel::info) {
                progress_->step(number_, line);
            }
            if (buffered_) {
                lines_.emplace_back(level, line);
            } else {
                write(level, std::string(line));
            }
        });
    }

private:
    void write(base::LogLevel level, const std::string& line) const {
        switch (level) {
        case base::LogLevel::debug:
            log_.debug(line);
            break;
        case base::LogLevel::info:
            log_.info(line);
            break;
        case base::LogLevel::warning:
            log_.warning(line);
            break;
        case base::LogLevel::error:
            log_.error(line);
            break;
        }
    }

    const base::Log& log_;
    std::mutex& mutex_;
    bool buffered_;
    Progress* progress_;
    std::uint64_t number_;
    std::vector<std::pair<base::LogLevel, std::string>> lines_;
};

struct Job {
    std::vector<std::string> logical_ids;
    base::Location where;
    std::function<base::Result<Made>(const base::Log& log, const base::Log& notices)> run;
};

base::Error about(base::Error error, const Job& job) {
    if (error.resource.empty()) {
        error.message = fmt::format("{}: {}", base::join(job.logical_ids, ", "), error.message);
        error.resource = job.logical_ids.front();
        error.where = error.where.known() ? error.where : job.where;
    }
    return error;
}

// All of them, whatever becomes of the others; none is begun after a cancellation.
std::vector<Outcome> run_all(
    const std::vector<Job>& jobs,
    bool parallel,
    Progress* progress,
    const base::Log& log,
    const os::Cancellation& cancel) {
    std::vector<Outcome> outcomes(jobs.size(), Outcome{base::fail("cancelled"), {}});
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    const auto work = [&] {
        for (std::size_t i = next++; i < jobs.size() && !cancel.cancelled(); i = next++) {
            const Clock::time_point began = Clock::now();
            JobLog lines(log, mutex, parallel, progress, i, base::join(jobs[i].logical_ids, ", "));
            const base::Log own = lines.log();
            outcomes[i] = {jobs[i].run(own, lines.notices()), since(began)};
            if (outcomes[i].made && outcomes[i].made->fate != Fate::unchanged) {
                own.info(fmt::format(
                    "Built {} in {:.1f} s",
                    base::join(jobs[i].logical_ids, ", "),
                    static_cast<double>(outcomes[i].time.count()) / 1000));
            }
        }
    };
    const std::size_t wanted =
        parallel ? std::min(jobs.size(), std::max<std::size_t>(os::processors(), 2)) : 1;
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < wanted; ++i) {
        threads.emplace_back(work);
    }
    work();
    threads.clear();
    return outcomes;
}

// Two builds into one folder take turns.
base::Result<os::FileLock>
lock(const Request& request, const base::Log& log, const os::Cancellation& cancel) {
    const fs::path beside = request.build_dir.parent_path();
    if (auto made = os::make_folders(beside); !made) {
        return tl::unexpected(std::move(made.error()));
    }
    const Clock::time_point began = Clock::now();
    for (bool told = false;; told = true) {
        auto free = os::FileLock::try_acquire(beside);
        if (!free) {
            return tl::unexpected(std::move(free.error()));
        }
        if (*free) {
            return std::move(**free);
        }
        if (request.timeout && since(began) > *request.timeout) {
            return base::fail("another build is at work");
        }
        if (!told) {
            log.info(fmt::format("Waiting for another build into {}", request.build_dir.string()));
        }
        constexpr std::chrono::milliseconds pause(50);
        if (os::wait_readable(-1, cancel, Clock::now() + pause) == os::Wake::cancelled) {
            return base::fail("cancelled");
        }
    }
}

// An image has no folder.
Artifact failed_artifact(const Request& request, const std::string& id, std::string reason) {
    const bool image =
        std::any_of(request.functions.begin(), request.functions.end(), [&](const Function& f) {
            return f.logical_id == id && f.image;
        });
    return {image ? fs::path() : fs::path(id), {}, std::move(reason)};
}

// A part of the template keeps what the former build has of the rest.
void keep_the_rest(const Request& request, Placement& placement) {
    if (request.whole) {
        return;
    }
    for (const auto& [id, placed] : placement.former.artifacts) {
        const bool there = !placed.image.empty() ||
                           (placed.inode != 0 && inode_of(request.build_dir / id) == placed.inode);
        if (there && !placement.artifacts.contains(id)) {
            placement.artifacts[id] = {
                placed.image.empty() ? fs::path(id) : fs::path(), placed.image, {}};
            placement.state.artifacts[id] = placed;
        }
    }
}

void take(
    const Run& run,
    const Job& job,
    Outcome outcome,
    const std::string& image,
    Placement& placement) {
    for (const std::string& id : job.logical_ids) {
        if (!outcome.made) {
            base::Error error = about(outcome.made.error(), job);
            if (!run.request.copies_only) { // else the former one stays
                placement.artifacts[id] = failed_artifact(run.request, id, error.message);
            }
            if (id == job.logical_ids.front()) {
                placement.failures.push_back({id, std::move(error)});
            }
            continue;
        }
        Made& made = *outcome.made;
        const bool fresh = std::find(made.fresh.begin(), made.fresh.end(), id) != made.fresh.end();
        placement.artifacts[id] = {image.empty() ? fs::path(id) : fs::path(), image, {}};
        Placed placed = made.placed;
        placed.image = image;
        if (fresh) {
            placement.fresh.push_back(id);
        } else if (image.empty()) {
            placed.inode = run.former.artifacts.at(id).inode;
        }
        placement.done.push_back(
            {id,
             fresh || !image.empty() ? made.fate : Fate::unchanged,
             outcome.time,
             placed.recipe.layer});
        placement.state.artifacts[id] = std::move(placed);
    }
}

base::Result<os::TempDir> make_staging(const Request& request) {
    const fs::path beside = request.build_dir.parent_path();
    os::sweep_temp_dirs(beside);
    os::sweep_temp_dirs(); // the scratch folders of builds
    return os::TempDir::create("build", beside);
}

} // namespace

base::Result<Built> build(
    const Request& request,
    ImageBuilder* images,
    const base::Log& log,
    const os::Cancellation& cancel) {
    const Workflows workflows = Workflows::load();
    auto locked = lock(request, log, cancel);
    if (!locked) {
        return tl::unexpected(std::move(locked.error()));
    }
    std::vector<Failure> failures;
    const std::vector<Definition> all = definitions(request, workflows, log, failures);
    const std::vector<ImageJob> image_builds = image_jobs(request, log, failures);
    auto staging = make_staging(request);
    if (!staging) {
        return tl::unexpected(std::move(staging.error()));
    }
    Placement placement{
        std::move(*staging),
        request.build_dir,
        Cache(request.cache_dir),
        BuildState::read(request.build_dir),
        {},
        {},
        {},
        {},
        std::move(failures),
        std::move(*locked)};
    placement.state.sources = source_templates(request.templates);
    placement.state.cache_dir = request.cache_dir.string();
    placement.state.follow_links = request.follow_links;
    for (const Failure& failure : placement.failures) {
        placement.artifacts[failure.logical_id] =
            failed_artifact(request, failure.logical_id, failure.error.message);
    }
    Run run{
        request,
        log,
        log,
        cancel,
        placement.staging.path(),
        placement.fresh_folder(),
        placement.former};
    if (auto made = os::make_folders(run.fresh); !made) {
        return tl::unexpected(std::move(made.error()));
    }
    std::vector<Job> jobs;
    for (const Definition& definition : all) {
        const auto make = [&](const base::Log& own, const base::Log& notices) {
            auto made = make_artifact(run.with(own, notices), definition);
            for (const std::string& id : definition.logical_ids) {
                if (!made) { // nothing half-made is put anywhere
                    static_cast<void>(os::remove_tree(run.fresh / id));
                }
            }
            return made;
        };
        jobs.push_back({definition.logical_ids, definition.where, make});
    }
    for (const ImageJob& job : image_builds) {
        const auto make = [&](const base::Log& own, const base::Log& notices) {
            return make_image(run.with(own, notices), images, job);
        };
        jobs.push_back({job.logical_ids, job.where, make});
    }
    std::vector<Outcome> outcomes =
        run_all(jobs, request.parallel, request.progress.get(), log, cancel);
    if (cancel.cancelled()) {
        return base::fail("cancelled");
    }
    std::set<std::string> definition_ids;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        const bool image = i >= all.size();
        take(
            run,
            jobs[i],
            std::move(outcomes[i]),
            image ? image_builds[i - all.size()].image.tag : std::string(),
            placement);
    }
    for (const Definition& definition : all) {
        definition_ids.insert(definition.id);
    }
    if (request.whole && request.exclude.empty() && placement.failures.empty()) {
        placement.cache.keep_only(definition_ids);
    }
    keep_the_rest(request, placement);
    return Built(std::move(placement));
}

} // namespace samara::build
