#include "app/invoke.h"

#include "app/load/strictness.h"
#include "app/run/build_notice.h"
#include "app/run/idle_options.h"
#include "app/run/live_application.h"
#include "app/run/local_lambda.h"
#include "base/strings.h"
#include "base/try.h"
#include "data/read.h"
#include "engine/select.h"
#include "invoke/invoker.h"
#include "os/file.h"
#include "os/signals.h"

#include <filesystem>

#include <fmt/format.h>

namespace samara::app {

namespace {

// The event's bytes, known to be JSON.
base::Result<std::string> read_event(const std::string& event, const base::Log& log) {
    if (event.empty()) {
        return "{}";
    }
    // What is written out as an object, and is no file, is the event itself.
    std::error_code ignored;
    const bool written_out =
        base::trim(event).starts_with('{') && !std::filesystem::exists(event, ignored);
    const std::string name = event == "-" ? "standard input" : written_out ? "--event" : event;
    if (event == "-") {
        log.info("Reading invoke payload from stdin (you can also pass it from file with --event)");
    }
    base::Result<std::string> text = written_out
                                         ? base::Result<std::string>(event)
                                         : os::read_file(event == "-" ? "/dev/stdin" : event);
    if (!text) {
        return text;
    }
    if (base::trim(*text).empty()) {
        return "{}"; // as Invoke without a payload
    }
    const data::ReadLimits deep{.depth = 1000};
    base::Diagnostics warnings;
    const auto parsed = data::read_json(*text, name, deep, &warnings);
    for (const base::Diagnostic& warning : warnings) {
        log.warning(base::to_string(warning.error));
    }
    if (!parsed) {
        base::Error error = parsed.error();
        error.message = fmt::format("the event is not JSON: {}", error.message);
        error.hint = "samara local generate-event writes sample events";
        return base::fail(std::move(error));
    }
    return text;
}

void report_choice(const Application& application, const std::string& name, const base::Log& log) {
    const auto found = application.functions_called(name);
    if (found.size() < 2) {
        return;
    }
    std::vector<std::string> paths;
    for (const model::Function* function : found) {
        paths.push_back(function->logical_id);
    }
    log.warning(fmt::format(
        "Multiple functions found with keyword {}! Function {} will be invoked! Name another one "
        "by its path: {}",
        name,
        paths.front(),
        base::join(paths, ", ")));
}

} // namespace

base::Result<std::string>
local_invoke(const InvokeOptions& options, engine::OutputSink output, const base::Log& given_log) {
    const Strictness strictness(options.run.strict, given_log);
    const base::Log& log = strictness.log();
    LoadArguments load = options.load;
    load.asked_for = options.function;
    TRY_ASSIGN(auto application, load_application(load, true));
    TRY_ASSIGN(auto function, application.require_function(options.function));
    report_choice(application, options.function, log);
    auto event = read_event(options.event, log);
    if (!event) {
        return event;
    }
    report_faults(application, log);
    const os::Cancellation cancel;
    const os::SignalCancellation signals(cancel);
    apply_sources(application, function->logical_id, log, cancel);
    TRY_ASSIGN(
        auto engine, engine::select_engine({options.engine, options.run.strict}, log, cancel));
    report_idle_options(options.run, application, *engine, log);
    RunOptions run = options.run;
    TRY_ASSIGN(auto local_lambda, LocalLambda::start(*engine, run, log, cancel));
    TRY_ASSIGN(auto planner, Planner::make(application, run, log, cancel));
    TRY_ASSIGN(auto plan, planner.plan(application, *function));
    TRY(strictness.check());
    log.info(
        function->package_type == model::PackageType::image
            ? fmt::format("Invoking Container created from {}", function->image_uri)
            : fmt::format("Invoking {} ({})", function->handler, plan.spec.runtime));
    invoke::InvokerOptions settings;
    settings.endless = plan.spec.debug.has_value();
    settings.host_paths = options.run.host_paths;
    const std::string id = function->logical_id;
    invoke::FunctionPlans plans =
        local_lambda ? planner.plan_all(application) : invoke::FunctionPlans();
    plans.insert_or_assign(id, std::move(plan));
    invoke::Invoker invoker(*engine, std::move(plans), settings, std::move(output), log, cancel);
    if (local_lambda) {
        local_lambda->serve(application, run, [&invoker](invoke::Request call) {
            return invoker.call(std::move(call));
        });
    }
    invoke::Request request;
    request.tenant_id = options.tenant_id;
    request.function = id;
    request.payload = std::move(*event);
    TRY_ASSIGN(auto response, invoker.invoke(std::move(request)));
    local_lambda.reset(); // before what it calls
    if (response.status == 400) {
        return base::fail(std::move(response.payload));
    }
    if (response.error_type == invoke::timeout_error) {
        log.info(
            fmt::format("Function '{}' timed out after {} seconds", id, function->timeout_seconds));
        return std::string();
    }
    return std::move(response.payload);
}

} // namespace samara::app
