#pragma once

#include "aws/lambda_limits.h"
#include "rie/call.h"
#include "rie/http.h"

#include <memory>
#include <string>

namespace samara::rie {

/// The body of a response in streaming mode on its way to the caller: piece by piece to one that
/// asked for a stream, else collected
/// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming).
/// The runtime's connection owns it; what comes when its call is over is dropped.
class StreamedResponse : public BodySink {
public:
    StreamedResponse(
        std::weak_ptr<Call> call, ExchangePtr runtime, const aws::LambdaLimits& limits);

    void on_bytes(std::string bytes, std::function<void()> resume) override;
    void on_end(const Headers& trailers) override;
    void on_abort() override;

private:
    /// The call while it waits for this answer, else nothing.
    [[nodiscard]] std::shared_ptr<Call> call() const;

    std::weak_ptr<Call> call_;
    ExchangePtr runtime_;
    std::size_t limit_;
    std::size_t size_ = 0;
    std::string collected_;
    bool too_large_ = false;
};

} // namespace samara::rie
