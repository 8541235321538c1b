#include "app/run/live_application.h"

#include "app/run/build_notice.h"
#include "app/run/code_folders.h"
#include "app/run/connections_endpoint.h"
#include "app/run/function_resources.h"
#include "app/run/idle_options.h"
#include "app/run/image_archive.h"
#include "base/diagnostics.h"
#include "base/try.h"
#include "engine/select.h"
#include "model/limits.h"
#include "net/wait.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::app {

namespace {

std::map<std::string, std::string> images_of(const invoke::FunctionPlans& plans) {
    std::map<std::string, std::string> images;
    for (const auto& [function, plan] : plans) {
        if (const auto* image = std::get_if<engine::ImagePackage>(&plan.spec.package)) {
            images.emplace(function, image->image);
        }
    }
    return images;
}

} // namespace

LiveApplication::LiveApplication(
    ServeOptions options,
    Application application,
    Planner planner,
    base::Log log,
    os::Cancellation cancel)
    : options_(std::move(options)), log_(std::move(log)), cancel_(std::move(cancel)),
      application_(std::move(application)), planner_(std::move(planner)) {}

LiveApplication::~LiveApplication() = default;

base::Result<std::unique_ptr<LiveApplication>> LiveApplication::start(
    const ServeOptions& options,
    engine::OutputSink output,
    const Strictness& strictness,
    os::Cancellation cancel) {
    const base::Log& log = strictness.log();
    TRY_ASSIGN(auto application, load_application(options.load, true));
    ReportedFaults reported;
    const base::Log fault_log = reported.next(log);
    report_faults(application, fault_log);
    TRY_ASSIGN(
        auto engine, engine::select_engine({options.engine, options.run.strict}, log, cancel));
    report_idle_options(options.run, application, *engine, log);
    apply_sources(application, {}, log, cancel);
    RunOptions run = options.run;
    TRY_ASSIGN(auto local_lambda, LocalLambda::start(*engine, run, log, cancel));
    const auto connections = connections_endpoint(application, *engine, options, log, cancel);
    run.connections_endpoint = connections.url;
    TRY_ASSIGN(auto planner, Planner::make(application, run, fault_log, cancel));
    std::unique_ptr<LiveApplication> live(
        new LiveApplication(options, std::move(application), std::move(planner), log, cancel));
    // An edit is one of this template, even while it is not there and another one would be found.
    live->options_.load.template_file = live->application_->template_file();
    live->options_.run = std::move(run);
    live->management_host_ = connections.host;
    live->reported_faults_ = std::move(reported);
    live->fault_log_ = fault_log;
    live->engine_ = std::move(engine);
    live->local_lambda_ = std::move(local_lambda);
    TRY(live->choose_functions());
    auto plans = live->plan_all(*live->application_);
    live->report_what_cannot_run(plans, fault_log);
    TRY(strictness.check());
    live->run(std::move(plans), std::move(output));
    return live;
}

void LiveApplication::run(invoke::FunctionPlans plans, engine::OutputSink output) {
    std::map<std::string, std::string> images = images_of(plans);
    invoke::InvokerOptions settings;
    settings.max_concurrency = options_.max_concurrency;
    settings.shared = options_.shared_environments;
    settings.idle_timeout = options_.idle_timeout;
    settings.endless = !options_.run.debug.ports.empty();
    settings.host_paths = options_.run.host_paths;
    settings.events.retry_scale = options_.retry_scale;
    settings.events.destinations = options_.destinations;
    settings.events.workers = std::max(settings.events.workers, options_.max_concurrency);
    invoker_ = std::make_unique<invoke::Invoker>(
        *engine_, std::move(plans), std::move(settings), std::move(output), log_, cancel_);
    if (local_lambda_) {
        local_lambda_->serve(*application_, options_.run, [this](invoke::Request request) {
            return invoke(std::move(request));
        });
    }
    if (options_.watch) {
        images_ = std::make_unique<ImageWatcher>(*engine_, cancel_, [this](const auto& function) {
            log_.info(fmt::format("{}: its image is another one now", function));
            invoker_->renew(function);
        });
        images_->watch(std::move(images));
    }
}

// What the command line names, as logical ids.
base::Result<void> LiveApplication::choose_functions() {
    for (const std::string& name : options_.functions) {
        auto function = application_->require_function(name);
        if (function) {
            chosen_.insert((*function)->logical_id);
        } else if (application_->broken_functions().contains(name)) {
            chosen_.insert(name);
        } else {
            return base::fail(std::move(function).error());
        }
    }
    return {};
}

invoke::FunctionPlans LiveApplication::plan_all(const Application& application) {
    invoke::FunctionPlans plans = planner_.plan_all(application, chosen_);
    faults_.clear();
    for (const auto& [function, plan] : plans) {
        if (plan.fault) {
            faults_.emplace(function, plan.fault->message);
        }
    }
    return plans;
}

// The others can be served.
void LiveApplication::report_what_cannot_run(
    const invoke::FunctionPlans& plans, const base::Log& log) const {
    for (const auto& [function, plan] : plans) {
        if (plan.fault) {
            continue; // reported
        }
        if (const auto able = engine_->check(plan.spec); !able) {
            log.warning(to_string(able.error()));
        }
    }
}

base::Task<base::Result<invoke::Response>> LiveApplication::invoke(invoke::Request request) {
    return invoker_->call(std::move(request));
}

void LiveApplication::warm_up() {
    if (auto provisioned = invoker_->provision(); !provisioned) {
        log_.error(to_string(provisioned.error()));
    }
    if (options_.warm == Warm::lazy) {
        return;
    }
    const std::vector<model::Function> functions = [this] {
        const std::lock_guard lock(mutex_);
        return application_->functions();
    }();
    for (const model::Function& function : functions) {
        const bool served = chosen_.empty() || chosen_.contains(function.logical_id);
        if (!served || faults_.contains(function.logical_id)) {
            continue;
        }
        log_.info(fmt::format("Warming {}", function.logical_id));
        if (auto warmed = invoker_->warm(function.logical_id, 1); !warmed) {
            log_.error(
                fmt::format("{} is not warm: {}", function.logical_id, to_string(warmed.error())));
        }
    }
}

std::vector<std::filesystem::path>
LiveApplication::watched_paths(const Application& application) const {
    std::vector<std::filesystem::path> paths = application.files();
    const auto add = [&](std::optional<std::filesystem::path> path) {
        if (path) {
            paths.push_back(std::move(*path));
        }
    };
    for (const model::Function& function : application.functions()) {
        add(code_path(application, function, options_.run.docker_volume_basedir));
        if (auto archive = image_archive(application, function); !archive.empty()) {
            paths.push_back(std::move(archive));
        }
    }
    for (const model::Layer& layer : application.layers()) {
        add(content_path(application, layer));
    }
    if (!options_.run.env_vars.empty()) {
        paths.push_back(std::filesystem::absolute(options_.run.env_vars));
    }
    for (std::filesystem::path& source : build_sources(application)) { // to tell what is newer
        paths.push_back(std::move(source));
    }
    return paths;
}

base::Result<std::optional<os::FileWatcher>> LiveApplication::watch(Reloaded reloaded) {
    if (!options_.watch) {
        return std::nullopt;
    }
    reloaded_ = std::move(reloaded);
    auto watcher = os::FileWatcher::start(
        watched_paths(*application_),
        [this,
         unreadable = false](os::FileWatcher::Moment moment) mutable -> os::FileWatcher::Applied {
            std::vector<std::filesystem::path> paths;
            auto applied = reload(paths, moment);
            if (!applied && moment == os::FileWatcher::Moment::now) {
                return {false, std::move(paths), {}}; // half of an edit, perhaps
            }
            if (!applied) {
                log_.error(fmt::format(
                    "{}\n  what was served before is still served", to_string(applied.error())));
            } else if (unreadable) {
                log_.info("Edits are served again");
            }
            unreadable = !applied;
            return {true, std::move(paths), [this] { provision(); }};
        },
        log_);
    if (!watcher) {
        return base::fail(std::move(watcher).error());
    }
    const std::lock_guard lock(mutex_);
    catch_up_ = watcher->catch_up();
    return std::move(*watcher);
}

base::Task<bool> LiveApplication::catch_up() {
    const os::FileWatcher::CatchUp up = [this] {
        const std::lock_guard lock(mutex_);
        return catch_up_;
    }();
    if (up.due()) {
        const bool may_wait = co_await net::to_thread();
        if (!may_wait) {
            co_return false;
        }
        up();
    }
    co_return true;
}

void LiveApplication::provision() {
    if (auto provisioned = invoker_->provision(); !provisioned) {
        log_.error(to_string(provisioned.error()));
    }
}

// What cannot be read leaves what is served as it was. `paths` are to be watched in any case: what
// mends an error may be in a file that was just named.
base::Result<void>
LiveApplication::reload(std::vector<std::filesystem::path>& paths, os::FileWatcher::Moment moment) {
    TRY_ASSIGN(auto application, load_application(options_.load, true));
    paths = watched_paths(application);
    if (!application.is_complete()) { // somebody is writing a file, or has yet to
        return base::fail(base::first_error(application.diagnostics()));
    }
    if (const auto fresh = reported_faults_.first_new(application.diagnostics());
        fresh && moment == os::FileWatcher::Moment::now) {
        return base::fail(*fresh);
    }
    const base::Log log = reported_faults_.next(log_);
    report_faults(application, log);
    apply_sources(application, {}, log_, cancel_);
    TRY_ASSIGN(auto planner, Planner::make(application, options_.run, log, cancel_));
    Planner before = std::exchange(planner_, std::move(planner));
    auto plans = plan_all(application);
    auto prepared = reloaded_(application, log);
    if (!prepared) {
        planner_ = std::move(before);
        return base::fail(std::move(prepared).error());
    }
    report_what_cannot_run(plans, log);
    if (images_) {
        images_->watch(images_of(plans));
    }
    // Functions before the routes that lead to them.
    invoker_->update(std::move(plans));
    if (local_lambda_) {
        local_lambda_->replace(application);
    }
    (*prepared)();
    {
        const std::lock_guard lock(mutex_);
        application_ = std::move(application);
    }
    return {};
}

} // namespace samara::app
