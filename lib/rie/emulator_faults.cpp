// What goes wrong in an environment: processes that end, time that runs out, and what the caller is
// told of it.
#include "rie/emulator.h"
#include "rie/json_text.h"

#include <csignal>
#include <utility>

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
    if (in<Init>()) {
        init_failed(failure);
    } else if (const std::shared_ptr<Call> current = call()) {
        fail_invocation(current, failure);
    } else if (in<Idle>()) {
        stop_environment("failure");
    }
}

void Emulator::init_failed(const Failure& failure) {
    host_.drain_output();
    const std::string report_type = failure.status == Status::timeout ? "" : failure.type;
    log_.init_ended({"init", failure.status, report_type, elapsed_ms(init_began_)});
    unmet_init_error_ = init_error_;
    // The next call starts everything again and tells its caller when that fails too.
    stop_environment("failure");
}

void Emulator::fail_invocation(const std::shared_ptr<Call>& call, const Failure& failure) {
    if (call->done) { // it had answered; only the environment is lost
        finish(*call);
        stop_environment("failure");
        return;
    }
    host_.drain_output();
    // The same failure as that of the init phase before is in the log already.
    if (!unmet_init_error_.empty() && init_error_ == std::exchange(unmet_init_error_, {})) {
        log_.drop();
    } else {
        log_.release();
    }
    if (!call->delivered && !init_reported_) {
        const std::string type = failure.status == Status::timeout ? "" : failure.type;
        log_.init_ended({"invoke", failure.status, type, elapsed_ms(init_began_)});
    }
    write_start(*call);
    if (failure.status == Status::timeout) {
        log_.timed_out(call->id);
    } else if (init_error_.empty()) {
        log_.fault(call->id, failure.type, failure.message);
    }
    call->payload =
        !init_error_.empty() && failure.status != Status::timeout
            ? init_error_
            : fmt::format(
                  R"({{"errorType":{},"errorMessage":{}}})",
                  quote(failure.type),
                  quote(fmt::format("RequestId: {} Error: {}", call->id, failure.message)));
    call->function_error = "Unhandled";
    call->status = failure.status;
    call->error_type = failure.type;
    call->done = true;
    log_.runtime_done(report(*call));
    conclude(*call, report(*call));
    stop_environment(failure.status == Status::timeout ? "timeout" : "failure");
}

// The stream is at its end, or whoever sent it: the rest of it may still be under way, and why the
// runtime ended not yet known. Both come at once, or never.
void Emulator::stream_broke(const std::shared_ptr<Call>& call) {
    call->stream_broken = true;
    if (call->runtime_end) {
        settle_stream(call);
    } else {
        host_.set_timer(host_.now() + settings_.limits.stream_rest);
    }
}

void Emulator::runtime_ended_in_stream(const std::shared_ptr<Call>& call, Failure failure) {
    call->runtime_end = std::move(failure);
    if (call->stream_broken) {
        settle_stream(call);
    } else {
        host_.set_timer(host_.now() + settings_.limits.stream_rest);
    }
}

void Emulator::settle_stream(const std::shared_ptr<Call>& call) {
    if (call->runtime_end) {
        fail_invocation(call, *call->runtime_end);
        return;
    }
    // The runtime lives and gave up in the middle: Lambda counts that as an answer cut short.
    constexpr std::string_view type = "Runtime.TruncatedResponse";
    constexpr std::string_view message =
        "The runtime closed the connection before its response was complete";
    log_.fault(call->id, type, message);
    call->function_error = "Unhandled";
    answer(
        *call,
        fmt::format(R"({{"errorType":"{}","errorMessage":"{}"}})", type, message),
        Status::error,
        std::string(type));
}

void Emulator::on_timer() {
    if (in<Init>()) {
        init_failed({Status::timeout, "Sandbox.Timedout", "Init timed out"});
    } else if (const std::shared_ptr<Call> current = call()) {
        if (!current->done && (current->stream_broken || current->runtime_end)) {
            settle_stream(current);
            return;
        }
        fail_invocation(
            current,
            {Status::timeout,
             "Sandbox.Timedout",
             fmt::format(
                 "Task timed out after {:.2f} seconds",
                 static_cast<double>(settings_.timeout.count()) / 1000.0)});
    } else if (in<RuntimeShutdown>()) {
        begin_extension_shutdown();
    } else if (in<Shutdown>()) {
        end_environment();
    }
}

Failure Emulator::describe_end(const ProcessEnd& end) const {
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
        const bool expected = ending();
        std::string type = extension->error_type;
        if (type.empty() && !expected) {
            type = "Extension.Crash";
        }
        const bool reported = !extension->error_type.empty();
        extensions_.end(*extension, reported ? "" : type);
        if (in<Shutdown>() && extensions_.all_ended()) {
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
    const bool in_stream = runtime_ == RuntimeState::responding;
    runtime_ = RuntimeState::absent;
    runtime_process_ = 0;
    waiting_runtime_.reset();
    const std::shared_ptr<Call> current = call();
    if (in<RuntimeShutdown>()) {
        begin_extension_shutdown();
    } else if (in_stream && current) {
        runtime_ended_in_stream(current, describe_end(end));
    } else {
        fail(describe_end(end));
    }
}

} // namespace samara::rie
