#include "app/live_application.h"

#include "engine/select.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::app {

namespace {

base::Result<Application>
load_without_errors(const LoadArguments& arguments, const base::Log& log) {
    auto application = load_application(arguments, true);
    if (!application) {
        return application;
    }
    const base::Error* first = nullptr;
    for (const base::Diagnostic& diagnostic : application->diagnostics()) {
        if (diagnostic.severity == base::Severity::warning) {
            log.warning(to_string(diagnostic.error));
        } else if (first == nullptr) {
            first = &diagnostic.error;
        } else {
            log.error(to_string(diagnostic.error));
        }
    }
    if (first != nullptr) {
        return base::fail(*first);
    }
    return application;
}

} // namespace

data::Value function_resource(const model::Function& function) {
    return data::Map{
        {"Type", "AWS::Lambda::Function"},
        {"Properties",
         data::Map{
             {"FunctionName", function.name},
             {"Timeout", static_cast<std::int64_t>(function.timeout_seconds)}}}};
}

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
    base::Log log,
    os::Cancellation cancel) {
    auto application = load_without_errors(options.load, log);
    if (!application) {
        return base::fail(std::move(application).error());
    }
    auto planner = Planner::make(*application, options.run, log, cancel);
    if (!planner) {
        return base::fail(std::move(planner).error());
    }
    std::unique_ptr<LiveApplication> live(
        new LiveApplication(options, std::move(*application), std::move(*planner), log, cancel));
    auto plans = live->plan_all(*live->application_);
    if (!plans) {
        return base::fail(std::move(plans).error());
    }
    auto engine = engine::select_engine({options.engine, options.run.strict}, log, cancel);
    if (!engine) {
        return base::fail(std::move(engine).error());
    }
    live->engine_ = std::move(*engine);
    live->tell_what_cannot_run(*plans);
    invoke::InvokerOptions settings;
    settings.max_concurrency = options.max_concurrency;
    settings.idle_timeout = options.idle_timeout;
    settings.patient = !options.run.debug_ports.empty();
    settings.events.retry_scale = options.retry_scale;
    settings.events.destinations = options.destinations;
    settings.events.workers = std::max(settings.events.workers, options.max_concurrency);
    live->invoker_ = std::make_unique<invoke::Invoker>(
        *live->engine_,
        std::move(*plans),
        std::move(settings),
        std::move(output),
        std::move(log),
        std::move(cancel));
    return live;
}

base::Result<invoke::FunctionPlans> LiveApplication::plan_all(Application& application) {
    invoke::FunctionPlans plans;
    for (const model::Function& function : application.functions()) {
        auto plan = planner_.plan(application, function);
        if (!plan) {
            return base::fail(std::move(plan).error());
        }
        plans.emplace(function.logical_id, std::move(*plan));
    }
    return plans;
}

// The others can be served.
void LiveApplication::tell_what_cannot_run(const invoke::FunctionPlans& plans) const {
    for (const auto& [function, plan] : plans) {
        if (const auto able = engine_->check(plan.spec); !able) {
            log_.warning(to_string(able.error()));
        }
    }
}

base::Result<invoke::Response> LiveApplication::invoke(const invoke::Request& request) {
    return invoker_->invoke(request);
}

base::Result<void> LiveApplication::warm_up() {
    if (auto provisioned = invoker_->provision(); !provisioned) {
        return provisioned;
    }
    if (options_.warm == Warm::lazy) {
        return {};
    }
    for (const model::Function& function : application_->functions()) {
        log_.info(fmt::format("Warming {}", function.logical_id));
        if (auto warmed = invoker_->warm(function.logical_id, 1); !warmed) {
            return warmed;
        }
    }
    return {};
}

std::vector<std::filesystem::path> LiveApplication::watched_paths() const {
    std::vector<std::filesystem::path> paths{application_->template_file()};
    const auto add = [&](const std::string& path) {
        if (!path.empty() && !path.starts_with("s3://")) {
            paths.push_back((application_->folder() / path).lexically_normal());
        }
    };
    for (const model::Function& function : application_->functions()) {
        if (function.package_type == model::PackageType::zip && !function.inline_code) {
            add(function.code);
        }
    }
    for (const model::Layer& layer : application_->layers()) {
        add(layer.content);
    }
    if (!options_.run.env_vars.empty()) {
        paths.push_back(std::filesystem::absolute(options_.run.env_vars));
    }
    return paths;
}

base::Result<void> LiveApplication::watch(std::function<void(Application&)> reloaded) {
    reloaded_ = std::move(reloaded);
    auto watcher = os::FileWatcher::start(watched_paths(), [this] { reload(); });
    if (!watcher) {
        return base::fail(std::move(watcher).error());
    }
    watcher_ = std::move(*watcher);
    return {};
}

// What cannot be read is told, and what is served stays as it was.
void LiveApplication::reload() {
    auto application = load_without_errors(options_.load, log_);
    auto planner = application ? Planner::make(*application, options_.run, log_, cancel_)
                               : base::fail(application.error());
    if (!planner) {
        log_.error(
            fmt::format("{} (what was served before is still served)", to_string(planner.error())));
        return;
    }
    Planner before = std::exchange(planner_, std::move(*planner));
    auto plans = plan_all(*application);
    if (!plans) {
        planner_ = std::move(before);
        log_.error(
            fmt::format("{} (what was served before is still served)", to_string(plans.error())));
        return;
    }
    application_ = std::move(*application);
    tell_what_cannot_run(*plans);
    invoker_->update(std::move(*plans));
    reloaded_(*application_);
    if (auto provisioned = invoker_->provision(); !provisioned) {
        log_.error(to_string(provisioned.error()));
    }
    watcher_->add(watched_paths()); // a new function, a moved folder
}

} // namespace samara::app
