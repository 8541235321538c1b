#include "rie/emulator.h"

#include "base/base64.h"
#include "base/uuid.h"
#include "rie/identifiers.h"
#include "rie/json_text.h"

#include <utility>

#include <fmt/format.h>

namespace samara::rie {

namespace {

std::int64_t milliseconds(WallTime time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

// In bytes, with what it needs beside its payload.
std::size_t weight(const Invocation& invocation) {
    constexpr std::size_t rest = 1024;
    return invocation.payload.size() + rest;
}

} // namespace

Emulator::Emulator(const Settings& settings, Host& host, PlatformLog& log)
    : settings_(settings), host_(host), log_(log) {}

std::shared_ptr<Call> Emulator::call() const {
    const auto* invoking = std::get_if<Invoke>(&phase_);
    return invoking == nullptr ? nullptr : invoking->call;
}

bool Emulator::initializing() const {
    const std::shared_ptr<Call> current = call();
    return in<Init>() || (current && !current->delivered && !current->done);
}

double Emulator::elapsed_ms(SteadyTime since) const {
    return std::chrono::duration<double, std::milli>(host_.now() - since).count();
}

void Emulator::start() {
    phase_ = Init{};
    init_began_ = host_.now();
    if (settings_.limits.timeout && !settings_.provisioned) {
        host_.set_timer(init_began_ + settings_.limits.init);
    }
    log_.init_started("init");
    launch();
}

void Emulator::launch() {
    init_error_.clear();
    init_reported_ = false;
    runtime_ = RuntimeState::absent;
    extensions_.clear();
    for (const std::string& name : host_.extension_programs()) {
        auto process = host_.start_extension(settings_.extensions_folder + "/" + name);
        if (!process) {
            fail({Status::error, "Extension.LaunchError", process.error().message});
            return;
        }
        extensions_.add_external(name, *process);
    }
    // Lambda lets the external extensions register before the runtime starts.
    if (extensions_.all_joined()) {
        launch_runtime();
    }
}

void Emulator::launch_runtime() {
    auto process = host_.start_runtime();
    if (!process) {
        fail({Status::error, "Runtime.InvalidEntrypoint", process.error().message});
        return;
    }
    runtime_process_ = *process;
    runtime_ = RuntimeState::starting;
}

void Emulator::init_done() {
    const double duration = elapsed_ms(init_began_);
    const bool in_call = in<Invoke>();
    unmet_init_error_.clear();
    log_.release();
    log_.init_ended({in_call ? "invoke" : "init", Status::success, {}, duration});
    init_reported_ = true;
    log_.close_subscriptions();
    if (!in_call) {
        init_ms_ = duration;
        phase_ = Idle{};
        host_.clear_timer();
    }
}

void Emulator::invoke(Invocation invocation) {
    if (stopping_) {
        invocation.caller.reply(shutting_down());
        return;
    }
    queued_ += weight(invocation);
    queue_.push_back(std::move(invocation));
    advance();
}

void Emulator::when_settled(ExchangePtr caller) {
    waiting_to_settle_.push_back(std::move(caller));
    report_settled();
}

void Emulator::report_settled() {
    if (in<Cold>() || in<Idle>()) {
        for (const ExchangePtr& caller : std::exchange(waiting_to_settle_, {})) {
            caller->reply({200, "settled\n", {{"Content-Type", "text/plain"}}});
        }
    }
}

bool Emulator::has_room(std::size_t payload) const {
    return queue_.empty() || queued_ + payload <= settings_.limits.queued;
}

// What a step does may call for the next one; they come one after the other, not one within the
// other: any number of calls may wait in line.
void Emulator::advance() {
    advance_again_ = true;
    if (advancing_) {
        return;
    }
    advancing_ = true;
    while (std::exchange(advance_again_, false)) {
        step();
    }
    advancing_ = false;
}

void Emulator::step() {
    const bool all_ready = runtime_ == RuntimeState::ready && extensions_.all_ready();
    if (in<Init>() && all_ready) {
        init_done();
    }
    report_settled();
    if ((in<Idle>() || in<Cold>()) && !queue_.empty() && !stopping_) {
        if (in<Idle>() && !all_ready) {
            return; // the runtime has answered, but does not ask for more yet
        }
        begin_invocation();
        return;
    }
    const std::shared_ptr<Call> current = call();
    if (!current) {
        return;
    }
    if (!current->delivered && !current->done && all_ready) {
        init_done();
        deliver(*current);
    } else if (current->done && current->runtime_end) {
        finish(*current); // the runtime ended once its answer was sent
        stop_environment("failure");
    } else if (current->done && extensions_.all_ready()) {
        finish(*current);
        phase_ = Idle{};
        advance();
    }
}

void Emulator::begin_invocation() {
    const bool warm = in<Idle>();
    queued_ -= weight(queue_.front());
    const auto call = std::make_shared<Call>(*this, std::move(queue_.front()));
    queue_.pop_front();
    Invocation& invocation = call->invocation;
    call->id = invocation.request_id.empty() ? base::make_uuid() : invocation.request_id;
    last_id_ = call->id;
    call->began = host_.now();
    call->deadline = host_.wall_time() + settings_.timeout;
    if (invocation.trace_id.empty()) {
        invocation.trace_id = make_trace_id(host_.wall_time());
    }
    phase_ = Invoke{call};
    log_.clear_tail();
    if (settings_.limits.timeout) {
        host_.set_timer(call->began + settings_.timeout);
    }
    if (warm) {
        deliver(*call);
        return;
    }
    init_began_ = call->began;
    log_.init_started("invoke");
    // A debugger's words must not wait: there is one where there is no limit of time.
    if (!unmet_init_error_.empty() && settings_.limits.timeout) {
        log_.hold();
    }
    launch();
}

void Emulator::write_start(Call& call) {
    if (!call.started) {
        call.started = true;
        log_.invoke_started(call.id, call.invocation.trace_id);
    }
}

void Emulator::deliver(Call& call) {
    // Anything written between two calls comes before this call's START.
    host_.drain_output();
    write_start(call);
    const Invocation& invocation = call.invocation;
    const std::string arn =
        settings_.arn + (invocation.qualifier.empty() ? "" : ":" + invocation.qualifier);
    Headers headers{
        {"Lambda-Runtime-Aws-Request-Id", call.id},
        {"Lambda-Runtime-Deadline-Ms", fmt::format("{}", milliseconds(call.deadline))},
        {"Lambda-Runtime-Invoked-Function-Arn", arn},
        {"Lambda-Runtime-Trace-Id", invocation.trace_id}};
    if (!invocation.client_context.empty()) {
        headers.push_back({"Lambda-Runtime-Client-Context", invocation.client_context});
    }
    if (!invocation.tenant_id.empty()) {
        headers.push_back({"Lambda-Runtime-Aws-Tenant-Id", invocation.tenant_id});
    }
    if (!invocation.cognito_identity.empty()) {
        headers.push_back({"Lambda-Runtime-Cognito-Identity", invocation.cognito_identity});
    }
    call.delivered = true;
    runtime_ = RuntimeState::busy;
    if (!extensions_.empty()) {
        extensions_.send_invoke(fmt::format(
            R"({{"eventType":"INVOKE","deadlineMs":{},"requestId":{},"invokedFunctionArn":{},)"
            R"("tracing":{{"type":"X-Amzn-Trace-Id","value":{}}}}})",
            milliseconds(call.deadline),
            quote(call.id),
            quote(arn),
            quote(invocation.trace_id)));
    }
    const ExchangePtr runtime = std::exchange(waiting_runtime_, nullptr);
    runtime->reply({200, invocation.payload, std::move(headers)});
}

void Emulator::answer(Call& call, std::string payload, Status status, std::string error_type) {
    call.payload = std::move(payload);
    call.done = true;
    call.status = status;
    call.error_type = std::move(error_type);
    if (call.response_ms == 0) {
        call.response_ms = elapsed_ms(call.began);
    }
    if (runtime_ != RuntimeState::absent) {
        runtime_ = RuntimeState::responded;
    }
    log_.runtime_done(report(call));
    advance();
}

InvokeReport Emulator::report(const Call& call) const {
    InvokeReport report;
    report.request_id = call.id;
    report.trace_id = call.invocation.trace_id;
    report.status = call.status;
    report.error_type = call.error_type;
    report.duration_ms = elapsed_ms(call.began);
    if (report.status == Status::timeout) {
        // The clock has run on a little since; Lambda neither shows nor bills that.
        report.duration_ms = static_cast<double>(settings_.timeout.count());
    }
    report.response_ms = call.response_ms;
    report.produced_bytes = call.produced + call.payload.size();
    return report;
}

// A call that was answered. The phase is the caller's to change.
void Emulator::finish(Call& call) {
    // What the function wrote before it answered is in the pipe: it belongs before END.
    host_.drain_output();
    InvokeReport last = report(call);
    // A runtime that reported an error in good order has ended its call well.
    if (last.status == Status::error) {
        last.error_type.clear();
    }
    conclude(call, std::move(last));
}

void Emulator::conclude(Call& call, InvokeReport last) {
    host_.clear_timer();
    last.init_ms = std::exchange(init_ms_, std::nullopt);
    last.peak_memory = host_.peak_memory();
    log_.invoke_ended(last);
    reply_to_caller(call);
}

void Emulator::reply_to_caller(Call& call) {
    Caller& caller = call.invocation.caller;
    if (!caller.waits()) {
        return;
    }
    if (caller.streaming()) {
        Headers trailers =
            call.function_error.empty() ? Headers{} : error_trailers(call.error_type, call.payload);
        if (call.invocation.tail_log) {
            trailers.push_back({"X-Amz-Log-Result", base::base64_encode(log_.tail())});
        }
        caller.finish(std::move(trailers));
        return;
    }
    HttpReply reply{200, std::move(call.payload), {}};
    reply.headers = {
        {"X-Amzn-RequestId", call.id},
        {"X-Amz-Executed-Version", settings_.function_version},
        {"X-Amzn-Trace-Id", call.invocation.trace_id}};
    if (!call.function_error.empty()) {
        reply.headers.push_back({"X-Amz-Function-Error", call.function_error});
    }
    if (call.status == Status::timeout) { // else the type may be the function's own word
        reply.headers.push_back({"X-Samara-Error-Type", call.error_type});
    }
    if (call.invocation.tail_log) {
        reply.headers.push_back({"X-Amz-Log-Result", base::base64_encode(log_.tail())});
    }
    caller.reply(std::move(reply));
}

void Emulator::on_output(ProcessId process, std::string_view bytes) {
    const bool extension = extensions_.by_process(process) != nullptr;
    log_.output(extension ? RecordKind::extension : RecordKind::function, bytes);
}

} // namespace samara::rie
