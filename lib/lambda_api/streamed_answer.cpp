#include "lambda_api/streamed_answer.h"

#include "base/json_writer.h"
#include "lambda_api/event_stream.h"

#include <utility>

namespace samara::lambda_api {

namespace {

using Came = serving::FunctionStream::Came;

/// The function's own Timeout ends a call, not this.
constexpr auto no_end = serving::FunctionStream::Clock::time_point::max();

std::string chunk(std::string_view bytes) {
    std::string event;
    append_event(
        event,
        {{":message-type", "event"},
         {":event-type", "PayloadChunk"},
         {":content-type", "application/octet-stream"}},
        bytes);
    return event;
}

/// What came of the call.
std::string end_of(const base::Result<invoke::Response>& result) {
    std::string complete;
    base::JsonWriter json(complete);
    json.begin_object();
    if (!result) {
        json.member("ErrorCode", "ServiceException");
        json.member("ErrorDetails", result.error().message);
    } else if (!result->function_error.empty()) {
        json.member("ErrorCode", result->function_error);
        json.member("ErrorDetails", result->payload);
    }
    if (result && !result->log_result.empty()) {
        json.member("LogResult", result->log_result);
    }
    json.end_object();
    std::string event;
    append_event(
        event,
        {{":message-type", "event"},
         {":event-type", "InvokeComplete"},
         {":content-type", "application/json"}},
        complete);
    return event;
}

} // namespace

std::optional<base::Result<invoke::Response>> StreamedAnswer::wait_for_begin() {
    const Came came = stream_->wait(
        no_end, [](const serving::FunctionStream::Written& written) { return written.begun; });
    return came == Came::enough ? std::nullopt : stream_->result();
}

bool StreamedAnswer::pass_on(const net::HttpResponse::Write& write) {
    bool open = true;
    std::string bytes;
    while (open && stream_->next(no_end, bytes) == Came::enough) {
        open = write(chunk(bytes));
        if (open) {
            const std::scoped_lock lock(mutex_);
            size_ += bytes.size();
        }
    }
    if (open) {
        open = write(end_of(*stream_->result()));
    }
    if (!open) {
        stream_->drop();
    }
    const std::scoped_lock lock(mutex_);
    whole_ = open;
    return open;
}

void StreamedAnswer::complete(serving::AccessRecord& record) const {
    const auto result = stream_->result();
    if (result && *result) {
        record.cold = serving::environment_of(**result);
    } else if (result) {
        record.error = base::to_string(result->error());
    }
    const std::scoped_lock lock(mutex_);
    record.body_size = size_;
    if (!whole_) {
        record.error = "the client went away before the end of the response";
    }
}

} // namespace samara::lambda_api
