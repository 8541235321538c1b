#include "rie/streamed_response.h"

#include "base/base64.h"

#include <fmt/format.h>

namespace samara::rie {

StreamedResponse::StreamedResponse(Emulator& emulator, ExchangePtr runtime, ExchangePtr caller)
    : emulator_(&emulator), runtime_(std::move(runtime)), caller_(std::move(caller)) {}

void StreamedResponse::on_bytes(std::string bytes, std::function<void()> resume) {
    if (emulator_ == nullptr) {
        resume();
        return;
    }
    const Limits& limits = emulator_->settings_.limits;
    size_ += bytes.size();
    emulator_->current_->produced = size_;
    too_large_ = too_large_ || size_ > (caller_ ? limits.streamed_payload : limits.payload);
    if (too_large_) {
        resume();
    } else if (caller_) {
        caller_->write(std::move(bytes), std::move(resume));
    } else {
        collected_ += bytes;
        resume();
    }
}

void StreamedResponse::on_end(const Headers& trailers) {
    if (emulator_ == nullptr) {
        runtime_->reply(error_reply(400, "InvalidRequestID", "Invalid request ID"));
        return;
    }
    Emulator& emulator = *emulator_;
    std::string type(find(trailers, "Lambda-Runtime-Function-Error-Type"));
    if (too_large_) {
        runtime_->reply(error_reply(413, "RequestEntityTooLarge", "The response is too large"));
        emulator.answer_too_large();
        return;
    }
    runtime_->reply({202, R"({"status":"OK"})", {}});
    if (type.empty()) {
        emulator.answer(std::move(collected_), Status::success, {});
        return;
    }
    const std::string_view encoded = find(trailers, "Lambda-Runtime-Function-Error-Body");
    emulator.current_->function_error = "Unhandled";
    emulator.answer(
        base::base64_decode(encoded).value_or(std::string(encoded)),
        Status::error,
        std::move(type));
}

void StreamedResponse::on_abort() {
    if (emulator_ == nullptr) {
        return;
    }
    // The runtime broke off in the middle: Lambda counts that as an answer cut short.
    Emulator& emulator = *emulator_;
    emulator.current_->function_error = "Unhandled";
    emulator.answer(
        R"({"errorType":"Runtime.TruncatedResponse",)"
        R"("errorMessage":"The runtime closed the connection before its response was complete"})",
        Status::error,
        "Runtime.TruncatedResponse");
}

} // namespace samara::rie
