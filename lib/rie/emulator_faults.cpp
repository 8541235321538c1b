// What goes wrong in an environment: processes that end, time that runs out, and what the caller is
// told of it.
#include "rie/emulator.h"
#include "rie/json_text.h"
#include "rie/streamed_response.h"

#include <csignal>

#include <fmt/format.h>

namespace samara::rie {

namespace {

// The names Go's os.ProcessState gives, which is what AWS prints.
std::string signal_name(int signal) {
    switch (signal) {
    case SIGKILL:
        return "killed";
    case SIGTERM:
        return "terminated";
    case SIGSEGV:
        return "segmentation fault";
    case SIGABRT:
        return "aborted";
    case SIGINT:
        return "interrupt";
    case SIGBUS:
        return "bus error";
    case SIGFPE:
        return "floating point exception";
    case SIGILL:
        return "illegal instruction";
    default:
        return fmt::format("signal {}", signal);
    }
}

} // namespace

void Emulator::fail(const Failure& failure) {
    if (phase_ == Phase::init) {
        init_failed(failure);
    } else if (phase_ == Phase::invoke) {
        fail_invocation(failure);
    } else if (phase_ == Phase::idle) {
        stop_environment("failure");
    }
}

void Emulator::init_failed(const Failure& failure) {
    host_.drain_output();
    const std::string report_type = failure.status == Status::timeout ? "" : failure.type;
    log_.init_ended({"init", failure.status, report_type, elapsed_ms(init_began_)});
    // The next call starts everything again and tells its caller when that fails too.
    stop_environment("failure");
}

void Emulator::fail_invocation(const Failure& failure) {
    if (current_->done) { // it had answered; only the environment is lost
        finish();
        stop_environment("failure");
        return;
    }
    host_.drain_output();
    if (!current_->delivered && !init_reported_) {
        const std::string type = failure.status == Status::timeout ? "" : failure.type;
        log_.init_ended({"invoke", failure.status, type, elapsed_ms(init_began_)});
    }
    write_start();
    if (failure.status == Status::timeout) {
        log_.timed_out(current_->id);
    } else if (init_error_.empty()) {
        log_.fault(current_->id, failure.type, failure.message);
    }
    current_->payload =
        !init_error_.empty() && failure.status != Status::timeout
            ? init_error_
            : fmt::format(
                  R"({{"errorType":{},"errorMessage":{}}})",
                  quote(failure.type),
                  quote(fmt::format("RequestId: {} Error: {}", current_->id, failure.message)));
    current_->function_error = "Unhandled";
    current_->status = failure.status;
    current_->error_type = failure.type;
    current_->done = true;
    log_.runtime_done(report());
    host_.clear_timer();
    InvokeReport last = report();
    last.init_ms = std::exchange(init_ms_, std::nullopt);
    last.peak_memory = host_.peak_memory();
    log_.invoke_ended(last);
    reply_to_caller();
    current_.reset();
    stream_.reset();
    stop_environment(failure.status == Status::timeout ? "timeout" : "failure");
}

void Emulator::on_timer() {
    switch (phase_) {
    case Phase::init:
        init_failed({Status::timeout, "Sandbox.Timedout", "Init timed out"});
        break;
    case Phase::invoke:
        fail_invocation(
            {Status::timeout,
             "Sandbox.Timedout",
             fmt::format(
                 "Task timed out after {:.2f} seconds",
                 static_cast<double>(settings_.timeout.count()) / 1000.0)});
        break;
    case Phase::runtime_shutdown:
        begin_extension_shutdown();
        break;
    case Phase::shutdown:
        end_environment();
        break;
    case Phase::cold:
    case Phase::idle:
        break;
    }
}

Emulator::Failure Emulator::describe_end(const ProcessEnd& end) const {
    if (end.out_of_memory) {
        return {Status::error, "Runtime.OutOfMemory", "Runtime exited with error: signal: killed"};
    }
    if (end.signal != 0) {
        return {
            Status::error,
            "Runtime.ExitError",
            fmt::format("Runtime exited with error: signal: {}", signal_name(end.signal))};
    }
    if (end.code != 0) {
        return {
            Status::error,
            "Runtime.ExitError",
            fmt::format("Runtime exited with error: exit status {}", end.code)};
    }
    return {Status::error, "Runtime.ExitError", "Runtime exited without providing a reason"};
}

void Emulator::on_exit(ProcessId process, const ProcessEnd& end) {
    Extension* extension = extensions_.by_process(process);
    if (extension != nullptr) {
        const bool expected = phase_ == Phase::shutdown || phase_ == Phase::runtime_shutdown;
        std::string type = extension->error_type;
        if (type.empty() && !expected) {
            type = "Extension.Crash";
        }
        const bool reported = !extension->error_type.empty();
        extensions_.end(*extension, reported ? "" : type);
        if (phase_ == Phase::shutdown && extensions_.all_ended()) {
            end_environment();
        } else if (!expected) {
            Failure failure = describe_end(end);
            failure.type = type;
            if (const std::size_t colon = failure.message.find(": "); colon != std::string::npos) {
                failure.message.erase(0, colon + 2);
            }
            fail(failure);
        }
        return;
    }
    if (process != runtime_process_ || runtime_ == RuntimeState::absent) {
        return;
    }
    runtime_ = RuntimeState::absent;
    runtime_process_ = 0;
    waiting_runtime_.reset();
    if (phase_ == Phase::runtime_shutdown) {
        begin_extension_shutdown();
        return;
    }
    fail(describe_end(end));
}

} // namespace samara::rie
