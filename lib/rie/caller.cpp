#include "rie/caller.h"

#include <utility>

namespace samara::rie {

Caller::Caller(ExchangePtr exchange) : exchange_(std::move(exchange)) {}

Caller::Caller(Caller&& other) noexcept
    : exchange_(std::exchange(other.exchange_, nullptr)),
      streaming_(std::exchange(other.streaming_, false)) {}

Caller& Caller::operator=(Caller&& other) noexcept {
    std::swap(exchange_, other.exchange_);
    std::swap(streaming_, other.streaming_);
    return *this;
}

Caller::~Caller() {
    if (exchange_ && streaming_) {
        exchange_->abort();
    }
}

void Caller::reply(HttpReply reply) {
    if (exchange_ && !streaming_) {
        std::exchange(exchange_, nullptr)->reply(std::move(reply));
    }
}

void Caller::begin(HttpReply head) {
    if (exchange_ && !streaming_) {
        streaming_ = true;
        exchange_->begin(std::move(head));
    }
}

void Caller::write(std::string bytes, std::function<void()> written) {
    if (exchange_ && streaming_) {
        exchange_->write(std::move(bytes), std::move(written));
    } else {
        written();
    }
}

void Caller::finish(Headers trailers) {
    if (exchange_ && streaming_) {
        streaming_ = false;
        std::exchange(exchange_, nullptr)->finish(std::move(trailers));
    }
}

} // namespace samara::rie
