#pragma once

#include "net/http_message.h"
#include "serving/access_log.h"
#include "serving/function_stream.h"

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

namespace samara::gateway {

/// The body of a response, from a function that still writes it to the client. Thread-safe.
class StreamedBody {
public:
    using Clock = serving::FunctionStream::Clock;

    struct Limits {
        Clock::time_point began;        ///< when the function was called
        std::chrono::milliseconds all;  ///< from then on
        std::chrono::milliseconds idle; ///< from one piece to the next
    };

    /// `first`: bytes of the body that are known already, and not this object's to write.
    StreamedBody(
        std::shared_ptr<serving::FunctionStream> stream, const Limits& limits, std::size_t first);

    /// See net::HttpResponse::stream.
    bool pass_on(const net::HttpResponse::Write& write);

    /// What there is to say of it in the access log, now that it is over.
    void complete(serving::AccessRecord& record) const;

private:
    [[nodiscard]] std::string failure() const;
    void add(std::size_t bytes);
    bool end_with(std::string why);

    std::shared_ptr<serving::FunctionStream> stream_;
    Limits limits_;
    mutable std::mutex mutex_;
    std::size_t size_;
    Clock::time_point first_content_;
    Clock::time_point ended_;
    std::string error_;
};

} // namespace samara::gateway
