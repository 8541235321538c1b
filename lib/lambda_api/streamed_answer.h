#pragma once

#include "net/http_message.h"
#include "serving/access_log.h"
#include "serving/function_stream.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace samara::lambda_api {

/// The answer to InvokeWithResponseStream, written while the function still runs: an event for each
/// piece, and one that says what came of the call. Thread-safe.
/// docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html
class StreamedAnswer {
public:
    explicit StreamedAnswer(std::shared_ptr<serving::FunctionStream> stream)
        : stream_(std::move(stream)) {}

    /// Returns when the function has begun to answer; the result, if the call has ended before.
    [[nodiscard]] std::optional<base::Result<invoke::Response>> wait_for_begin();

    /// See net::HttpResponse::stream.
    bool pass_on(const net::HttpResponse::Write& write);

    /// What there is to say of it in the access log, now that it is over.
    void complete(serving::AccessRecord& record) const;

private:
    std::shared_ptr<serving::FunctionStream> stream_;
    mutable std::mutex mutex_;
    std::size_t size_ = 0;
    bool whole_ = false; ///< the client has got all of it
};

} // namespace samara::lambda_api
