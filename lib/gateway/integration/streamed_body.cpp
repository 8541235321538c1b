#include "gateway/integration/streamed_body.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace samara::gateway {

namespace {

std::chrono::microseconds
between(StreamedBody::Clock::time_point begin, StreamedBody::Clock::time_point end) {
    return std::max(
        std::chrono::duration_cast<std::chrono::microseconds>(end - begin),
        std::chrono::microseconds(0));
}

constexpr const char* client_left = "the client went away before the end of the response";

double seconds(std::chrono::milliseconds time) {
    return std::chrono::duration<double>(time).count();
}

} // namespace

StreamedBody::StreamedBody(
    std::shared_ptr<serving::FunctionStream> stream, const Limits& limits, std::size_t first)
    : stream_(std::move(stream)), limits_(limits), size_(first),
      first_content_(first == 0 ? limits.began : Clock::now()) {}

bool StreamedBody::pass_on(const net::HttpResponse::Write& write) {
    const Clock::time_point last = limits_.began + limits_.all;
    while (true) {
        std::string bytes;
        switch (stream_->next(std::min(last, Clock::now() + limits_.idle), bytes)) {
        case serving::FunctionStream::Came::end:
            return end_with(failure());
        case serving::FunctionStream::Came::late:
            return end_with(
                Clock::now() >= last
                    ? fmt::format("the response took longer than {:.0f} s", seconds(limits_.all))
                    : fmt::format("nothing has come for {:.0f} s", seconds(limits_.idle)));
        case serving::FunctionStream::Came::enough:
            break;
        }
        const std::size_t size = bytes.size();
        if (!write(std::move(bytes))) {
            return end_with(client_left);
        }
        add(size);
    }
}

/// Why the call has not ended well; empty: it has.
std::string StreamedBody::failure() const {
    const auto result = stream_->result();
    if (!result || !*result) {
        return result ? base::to_string(result->error()) : std::string();
    }
    return (*result)->function_error.empty()
               ? std::string()
               : "the function failed after it had begun to answer: " + (*result)->payload;
}

void StreamedBody::add(std::size_t bytes) {
    const std::scoped_lock lock(mutex_);
    if (size_ == 0) {
        first_content_ = Clock::now();
    }
    size_ += bytes;
}

/// Whether that is a good end.
bool StreamedBody::end_with(std::string why) {
    if (!why.empty()) {
        stream_->drop();
    }
    const std::scoped_lock lock(mutex_);
    ended_ = Clock::now();
    error_ = std::move(why);
    return error_.empty();
}

void StreamedBody::complete(serving::AccessRecord& record) const {
    if (const auto result = stream_->result(); result && *result) {
        record.cold = serving::environment_of(**result);
    }
    const std::scoped_lock lock(mutex_);
    record.body_size = size_;
    record.integration_content = between(limits_.began, first_content_);
    record.integration =
        between(limits_.began, ended_ == Clock::time_point() ? Clock::now() : ended_);
    // The answer may be over before pass_on() knows.
    record.error = ended_ == Clock::time_point() ? client_left : error_;
}

} // namespace samara::gateway
