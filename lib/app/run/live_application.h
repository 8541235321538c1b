#pragma once

#include "app/load/application.h"
#include "app/load/load.h"
#include "app/load/strictness.h"
#include "app/run/image_watcher.h"
#include "app/run/local_lambda.h"
#include "app/run/plan.h"
#include "app/run/reported_faults.h"
#include "app/run/serve.h"
#include "engine/engine.h"
#include "invoke/invoker.h"
#include "os/file_watcher.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

namespace samara::app {

/// Why functions cannot be run, by logical id.
using Faults = std::map<std::string, std::string, std::less<>>;

/// An application being served: its invoker, and the watching of its files.
class LiveApplication {
public:
    /// Reads the template, chooses the engine, plans every function; reports what is wrong.
    static base::Result<std::unique_ptr<LiveApplication>> start(
        const ServeOptions& options,
        engine::OutputSink output,
        const Strictness& strictness,
        os::Cancellation cancel);

    LiveApplication(const LiveApplication&) = delete;
    LiveApplication& operator=(const LiveApplication&) = delete;
    LiveApplication(LiveApplication&&) = delete;
    LiveApplication& operator=(LiveApplication&&) = delete;
    ~LiveApplication();

    base::Task<base::Result<invoke::Response>> invoke(invoke::Request request);

    [[nodiscard]] const invoke::Invoker& invoker() const { return *invoker_; }

    /// Applies edits that were made before; cheap where there are none. For every request, before
    /// it is looked at.
    base::Task<bool> catch_up();

    /// Of the functions of the template as it was last planned; while it is applied, of the new
    /// one.
    [[nodiscard]] const Faults& faults() const { return faults_; }

    /// For warnings of what is made of the template at the start: those that another reading of it
    /// gives again are not reported again.
    [[nodiscard]] const base::Log& fault_log() const { return fault_log_; }

    /// The functions that are served: logical ids; empty: all.
    [[nodiscard]] const std::set<std::string>& chosen() const { return chosen_; }

    /// The template as it was last read without an error; not while edits are watched.
    [[nodiscard]] Application& application() { return *application_; }

    /// What serves the application reads it anew, and gives what applies that. Fails when it cannot
    /// be served.
    using Reloaded =
        std::function<base::Result<std::function<void()>>(Application&, const base::Log&)>;

    /// Watches until the watcher ends, which this application and all that `reloaded` uses outlive.
    /// What changed is applied as a whole, faults reported; nothing while a file cannot be read.
    /// Gives nothing with --no-watch.
    base::Result<std::optional<os::FileWatcher>> watch(Reloaded reloaded);

    /// Starts what the template provisions, and all functions with --warm-containers EAGER.
    void warm_up();

    /// See ConnectionsEndpoint::host.
    [[nodiscard]] const std::string& management_host() const { return management_host_; }

private:
    LiveApplication(
        ServeOptions options,
        Application application,
        Planner planner,
        base::Log log,
        os::Cancellation cancel);
    base::Result<void> choose_functions();
    invoke::FunctionPlans plan_all(const Application& application);
    void run(invoke::FunctionPlans plans, engine::OutputSink output);
    void report_what_cannot_run(const invoke::FunctionPlans& plans, const base::Log& log) const;
    base::Result<void>
    reload(std::vector<std::filesystem::path>& paths, os::FileWatcher::Moment moment);
    void provision();
    [[nodiscard]] std::vector<std::filesystem::path>
    watched_paths(const Application& application) const;

    ServeOptions options_;
    base::Log log_;
    os::Cancellation cancel_;
    std::mutex mutex_; // of application_, which edits replace, and catch_up_
    std::optional<Application> application_;
    Planner planner_;
    ReportedFaults reported_faults_;
    base::Log fault_log_;
    Faults faults_;
    std::string management_host_;
    std::set<std::string> chosen_; // logical ids; empty: all
    std::unique_ptr<engine::Engine> engine_;
    std::unique_ptr<invoke::Invoker> invoker_;
    std::unique_ptr<LocalLambda> local_lambda_; // calls the invoker
    std::unique_ptr<ImageWatcher> images_;
    Reloaded reloaded_;
    os::FileWatcher::CatchUp catch_up_; // of what watch() has started
};

} // namespace samara::app
