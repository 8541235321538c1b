#pragma once

#include "rie/emulator.h"

namespace samara::rie {

/// The body of a response in streaming mode on its way to the caller: piece by piece to one that
/// asked for a stream, else collected
/// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming).
class StreamedResponse : public BodySink {
public:
    StreamedResponse(Emulator& emulator, ExchangePtr runtime, ExchangePtr caller);

    void on_bytes(std::string bytes, std::function<void()> resume) override;
    void on_end(const Headers& trailers) override;
    void on_abort() override;

    /// The call it belongs to is over; what still comes is dropped.
    void detach() { emulator_ = nullptr; }

private:
    Emulator* emulator_;
    ExchangePtr runtime_;
    ExchangePtr caller_; ///< nothing: collect
    std::string collected_;
    std::size_t size_ = 0;
    bool too_large_ = false;
};

} // namespace samara::rie
