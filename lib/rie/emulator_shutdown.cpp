// How an environment ends: at once without extensions, else the runtime first, then the extensions,
// within two seconds in all.
#include "rie/emulator.h"

#include <fmt/format.h>

namespace samara::rie {

void Emulator::shut_down() {
    if (stopping_) {
        return;
    }
    stopping_ = true;
    for (Invocation& waiting : queue_) {
        waiting.caller.reply(shutting_down());
    }
    queue_.clear();
    queued_ = 0;
    if (const std::shared_ptr<Call> current = call()) {
        if (current->done) { // only extensions are still at work
            finish(*current);
        }
        Caller& caller = current->invocation.caller;
        const HttpReply reason = shutting_down();
        caller.finish(error_trailers("ServiceException", reason.body));
        caller.reply(reason);
    }
    if (!ending()) {
        stop_environment("spindown");
    }
}

void Emulator::stop_environment(std::string_view reason) {
    host_.clear_timer();
    shutdown_reason_ = reason;
    const bool any_registered = !extensions_.empty() && extensions_.all_joined();
    if (!any_registered) {
        end_environment();
        return;
    }
    shutdown_deadline_ =
        host_.now() + (extensions_.any_external() ? settings_.limits.shutdown
                                                  : settings_.limits.shutdown_internal);
    phase_ = RuntimeShutdown{};
    if (runtime_ == RuntimeState::absent) {
        begin_extension_shutdown();
        return;
    }
    host_.terminate(runtime_process_);
    host_.set_timer(
        extensions_.any_external() ? host_.now() + settings_.limits.runtime_shutdown
                                   : shutdown_deadline_);
}

void Emulator::begin_extension_shutdown() {
    host_.clear_timer();
    if (extensions_.all_ended()) {
        end_environment();
        return;
    }
    phase_ = Shutdown{};
    host_.set_timer(shutdown_deadline_);
    // Collectors get what is buffered before they are told to end.
    log_.flush([this] { send_shutdown(); });
}

void Emulator::send_shutdown() {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(shutdown_deadline_ - host_.now());
    const auto deadline = std::chrono::duration_cast<std::chrono::milliseconds>(
        (host_.wall_time() + left).time_since_epoch());
    extensions_.send_shutdown(fmt::format(
        R"({{"eventType":"SHUTDOWN","shutdownReason":"{}","deadlineMs":{}}})",
        shutdown_reason_,
        deadline.count()));
}

void Emulator::end_environment() {
    host_.clear_timer();
    host_.kill_all();
    host_.drain_output();
    log_.release();
    extensions_.clear();
    log_.reset();
    waiting_runtime_.reset();
    runtime_ = RuntimeState::absent;
    runtime_process_ = 0;
    init_ms_.reset();
    phase_ = Cold{};
    if (stopping_) {
        host_.stop();
        return;
    }
    advance();
}

} // namespace samara::rie
