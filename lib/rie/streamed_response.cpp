#include "rie/streamed_response.h"

#include "rie/emulator.h"

namespace samara::rie {

StreamedResponse::StreamedResponse(
    std::weak_ptr<Call> call, ExchangePtr runtime, const aws::LambdaLimits& limits)
    : call_(std::move(call)), runtime_(std::move(runtime)), limit_(limits.payload) {
    if (const std::shared_ptr<Call> current = call_.lock()) {
        limit_ = current->invocation.caller.streaming() ? limits.streamed_payload : limits.payload;
    }
}

std::shared_ptr<Call> StreamedResponse::call() const {
    std::shared_ptr<Call> current = call_.lock();
    return current && !current->done ? current : nullptr;
}

void StreamedResponse::on_bytes(std::string bytes, std::function<void()> resume) {
    const std::shared_ptr<Call> current = call();
    if (!current) {
        resume();
        return;
    }
    size_ += bytes.size();
    too_large_ = too_large_ || size_ > limit_;
    Caller& caller = current->invocation.caller;
    if (!too_large_ && caller.streaming()) {
        current->produced = size_;
        caller.write(std::move(bytes), std::move(resume));
        return;
    }
    if (!too_large_) {
        collected_ += bytes;
    }
    resume();
}

void StreamedResponse::on_end(const Headers& trailers) {
    const std::shared_ptr<Call> current = call();
    if (!current) {
        runtime_->reply(error_reply(400, "InvalidRequestID", "Invalid request ID"));
        return;
    }
    Emulator& emulator = current->emulator;
    if (too_large_) {
        runtime_->reply(error_reply(413, "RequestEntityTooLarge", "The response is too large"));
        emulator.answer_too_large(*current);
    } else {
        runtime_->reply({202, R"({"status":"OK"})", {}});
        emulator.stream_ended(*current, std::move(collected_), trailers);
    }
}

void StreamedResponse::on_abort() {
    if (const std::shared_ptr<Call> current = call()) {
        current->emulator.stream_broke(current);
    }
}

} // namespace samara::rie
