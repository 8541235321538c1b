#pragma once

#include "rie/http.h"

#include <functional>
#include <string>

namespace samara::rie {

/// Who waits for the answer of a call: gets it whole, or piece by piece, and once. One that is let
/// go in the middle learns it from its connection, which is broken off.
class Caller {
public:
    /// Nobody: an asynchronous call.
    Caller() = default;
    explicit Caller(ExchangePtr exchange);
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;
    Caller(Caller&& other) noexcept;
    Caller& operator=(Caller&& other) noexcept;
    ~Caller();

    /// Somebody is there who has not got the whole answer.
    [[nodiscard]] bool waits() const { return exchange_ != nullptr; }

    /// The head of a streamed answer is sent.
    [[nodiscard]] bool streaming() const { return streaming_; }

    /// To one that does not wait, and to one that has a head already: nothing happens.
    void reply(HttpReply reply);
    void begin(HttpReply head);

    /// `written` is called when the next piece may come, even if nobody takes this one.
    void write(std::string bytes, std::function<void()> written);
    void finish(Headers trailers);

private:
    ExchangePtr exchange_;
    bool streaming_ = false;
};

} // namespace samara::rie
