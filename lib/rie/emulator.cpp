#include "rie/emulator.h"

#include "base/base64.h"
#include "rie/identifiers.h"
#include "rie/json_text.h"
#include "rie/streamed_response.h"

#include <fmt/format.h>

namespace samara::rie {

namespace {

std::int64_t milliseconds(WallTime time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

} // namespace

Emulator::Emulator(const Settings& settings, Host& host, PlatformLog& log)
    : settings_(settings), host_(host), log_(log) {}

Emulator::Current::Current() = default;

bool Emulator::initializing() const {
    return phase_ == Phase::init ||
           (phase_ == Phase::invoke && current_ && !current_->delivered && !current_->done);
}

double Emulator::elapsed_ms(SteadyTime since) const {
    return std::chrono::duration<double, std::milli>(host_.now() - since).count();
}

void Emulator::start() {
    phase_ = Phase::init;
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
    const bool in_call = phase_ == Phase::invoke;
    log_.init_ended({in_call ? "invoke" : "init", Status::success, {}, duration});
    init_reported_ = true;
    log_.close_subscriptions();
    if (!in_call) {
        init_ms_ = duration;
        phase_ = Phase::idle;
        host_.clear_timer();
    }
}

void Emulator::invoke(Invocation invocation) {
    if (stopping_) {
        if (invocation.caller) {
            invocation.caller->reply(
                error_reply(503, "ServiceException", "The execution environment shuts down"));
        }
        return;
    }
    queue_.push_back(std::move(invocation));
    advance();
}

void Emulator::advance() {
    const bool all_ready = runtime_ == RuntimeState::ready && extensions_.all_ready();
    if (phase_ == Phase::init && all_ready) {
        init_done();
    }
    if ((phase_ == Phase::idle || phase_ == Phase::cold) && !queue_.empty() && !stopping_) {
        if (phase_ == Phase::idle && !all_ready) {
            return; // the runtime has answered, but does not ask for more yet
        }
        begin_invocation();
        return;
    }
    if (phase_ != Phase::invoke || !current_) {
        return;
    }
    if (!current_->delivered && !current_->done && all_ready) {
        init_done();
        deliver();
    } else if (current_->done && (runtime_ == RuntimeState::absent || extensions_.all_ready())) {
        finish();
    }
}

void Emulator::begin_invocation() {
    const bool warm = phase_ == Phase::idle;
    current_.emplace();
    current_->invocation = std::move(queue_.front());
    queue_.pop_front();
    current_->id =
        current_->invocation.request_id.empty() ? make_uuid() : current_->invocation.request_id;
    last_id_ = current_->id;
    current_->began = host_.now();
    current_->deadline = host_.wall_time() + settings_.timeout;
    if (current_->invocation.trace_id.empty()) {
        current_->invocation.trace_id = make_trace_id(host_.wall_time());
    }
    phase_ = Phase::invoke;
    log_.clear_tail();
    if (settings_.limits.timeout) {
        host_.set_timer(current_->began + settings_.timeout);
    }
    if (warm) {
        deliver();
        return;
    }
    init_began_ = current_->began;
    log_.init_started("invoke");
    launch();
}

void Emulator::write_start() {
    if (!current_->started) {
        current_->started = true;
        log_.invoke_started(current_->id, current_->invocation.trace_id);
    }
}

void Emulator::deliver() {
    // Anything written between two calls comes before this call's START.
    host_.drain_output();
    write_start();
    const Invocation& invocation = current_->invocation;
    Headers headers{
        {"Lambda-Runtime-Aws-Request-Id", current_->id},
        {"Lambda-Runtime-Deadline-Ms", fmt::format("{}", milliseconds(current_->deadline))},
        {"Lambda-Runtime-Invoked-Function-Arn", settings_.arn},
        {"Lambda-Runtime-Trace-Id", invocation.trace_id}};
    if (!invocation.client_context.empty()) {
        headers.push_back({"Lambda-Runtime-Client-Context", invocation.client_context});
    }
    if (!invocation.cognito_identity.empty()) {
        headers.push_back({"Lambda-Runtime-Cognito-Identity", invocation.cognito_identity});
    }
    current_->delivered = true;
    runtime_ = RuntimeState::busy;
    extensions_.send_invoke(fmt::format(
        R"({{"eventType":"INVOKE","deadlineMs":{},"requestId":"{}","invokedFunctionArn":{},)"
        R"("tracing":{{"type":"X-Amzn-Trace-Id","value":{}}}}})",
        milliseconds(current_->deadline),
        current_->id,
        quote(settings_.arn),
        quote(invocation.trace_id)));
    const ExchangePtr runtime = std::exchange(waiting_runtime_, nullptr);
    runtime->reply({200, invocation.payload, std::move(headers)});
}

void Emulator::answer(std::string payload, Status status, std::string error_type) {
    current_->payload = std::move(payload);
    current_->done = true;
    current_->status = status;
    current_->error_type = std::move(error_type);
    if (current_->response_ms == 0) {
        current_->response_ms = elapsed_ms(current_->began);
    }
    runtime_ = RuntimeState::responded;
    log_.runtime_done(report());
    advance();
}

InvokeReport Emulator::report() const {
    InvokeReport report;
    report.request_id = current_->id;
    report.trace_id = current_->invocation.trace_id;
    report.status = current_->status;
    report.error_type = current_->error_type;
    report.duration_ms = elapsed_ms(current_->began);
    if (report.status == Status::timeout) {
        // The clock has run on a little since; Lambda neither shows nor bills that.
        report.duration_ms = static_cast<double>(settings_.timeout.count());
    }
    report.response_ms = current_->response_ms;
    report.produced_bytes = current_->produced + current_->payload.size();
    return report;
}

void Emulator::finish() {
    host_.clear_timer();
    // What the function wrote before it answered is in the pipe: it belongs before END.
    host_.drain_output();
    InvokeReport last = report();
    // A runtime that reported an error in good order has ended its call well.
    if (last.status == Status::error) {
        last.error_type.clear();
    }
    last.init_ms = std::exchange(init_ms_, std::nullopt);
    last.peak_memory = host_.peak_memory();
    log_.invoke_ended(last);
    reply_to_caller();
    current_.reset();
    stream_.reset();
    phase_ = runtime_ == RuntimeState::absent ? Phase::cold : Phase::idle;
    advance();
}

void Emulator::reply_to_caller() {
    const ExchangePtr& caller = current_->invocation.caller;
    if (!caller) {
        return;
    }
    if (current_->head_sent) {
        Headers trailers;
        if (!current_->function_error.empty()) {
            trailers = {
                {"Lambda-Runtime-Function-Error-Type", current_->error_type},
                {"Lambda-Runtime-Function-Error-Body", base::base64_encode(current_->payload)}};
        }
        caller->finish(std::move(trailers));
        return;
    }
    HttpReply reply{200, std::move(current_->payload), {}};
    reply.headers = {
        {"X-Amzn-RequestId", current_->id},
        {"X-Amz-Executed-Version", settings_.function_version},
        {"X-Amzn-Trace-Id", current_->invocation.trace_id}};
    if (!current_->function_error.empty()) {
        reply.headers.push_back({"X-Amz-Function-Error", current_->function_error});
    }
    if (current_->invocation.tail_log) {
        reply.headers.push_back({"X-Amz-Log-Result", base::base64_encode(log_.tail())});
    }
    caller->reply(std::move(reply));
}

void Emulator::on_output(ProcessId process, std::string_view bytes) {
    const bool extension = extensions_.by_process(process) != nullptr;
    log_.output(extension ? RecordKind::extension : RecordKind::function, bytes);
}

} // namespace samara::rie
