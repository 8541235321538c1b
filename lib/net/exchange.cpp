#include "net/exchange.h"

#include "net/websocket.h"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>

namespace samara::net {

Exchange::Exchange(const Executor& executor, std::shared_ptr<Traffic> traffic)
    : traffic_(std::move(traffic)), executor_(executor), wake_(executor, Timer::time_point::max()) {
}

void Exchange::push(Step step) {
    asio::dispatch(executor_, [self = shared_from_this(), step = std::move(step)]() mutable {
        self->add(std::move(step));
    });
}

void Exchange::add(Step step) {
    if (!follows(step) || closed_) {
        drop(step);
        return;
    }
    steps_.push_back(std::move(step));
    ++traffic_->pending;
    wake_.cancel();
}

/// Whether the step may come now; takes note of it.
bool Exchange::follows(const Step& step) {
    if (std::holds_alternative<WriteStep>(step)) {
        return stage_ == Stage::open;
    }
    const bool may = std::holds_alternative<AbortStep>(step)    ? stage_ != Stage::ended
                     : std::holds_alternative<FinishStep>(step) ? stage_ == Stage::open
                                                                : stage_ == Stage::waiting;
    if (may) {
        stage_ = std::holds_alternative<BeginStep>(step) ? Stage::open : Stage::ended;
    }
    return may;
}

Step Exchange::take() {
    Step step = std::move(steps_.front());
    steps_.pop_front();
    return step;
}

void Exchange::sent() {
    --traffic_->pending;
    traffic_->settle();
}

void Exchange::close() {
    closed_ = true;
    traffic_->pending -= steps_.size();
    for (Step& step : std::exchange(steps_, {})) {
        drop(step);
    }
    traffic_->settle();
}

void Exchange::drop(Step& step) {
    if (auto* write = std::get_if<WriteStep>(&step)) {
        asio::post(executor_, [written = std::move(write->written)] { written(false); });
    }
    // Its line in the log is written, whether somebody reads the answer or not.
    HttpResponse* const response =
        std::holds_alternative<SendStep>(step)      ? &std::get<SendStep>(step).response
        : std::holds_alternative<BeginStep>(step)   ? &std::get<BeginStep>(step).head
        : std::holds_alternative<UpgradeStep>(step) ? &std::get<UpgradeStep>(step).answer
                                                    : nullptr;
    if (response != nullptr && response->answered && closed_) {
        response->answered();
    }
    if (response != nullptr && response->websocket) {
        response->websocket->on_close(close_code::abnormal, {});
    }
}

ReplyHandle::ReplyHandle(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}

ReplyHandle::ReplyHandle(ReplyHandle&&) noexcept = default;

ReplyHandle& ReplyHandle::operator=(ReplyHandle&& other) noexcept {
    if (this != &other) {
        const ReplyHandle former(std::exchange(exchange_, std::exchange(other.exchange_, nullptr)));
    }
    return *this;
}

ReplyHandle::~ReplyHandle() {
    if (exchange_) {
        exchange_->push(AbortStep{}); // not taken after an answer
    }
}

void ReplyHandle::send(HttpResponse response) {
    if (response.websocket) {
        exchange_->push(UpgradeStep{std::move(response)});
    } else {
        exchange_->push(SendStep{std::move(response)});
    }
}

void ReplyHandle::begin(HttpResponse head) {
    exchange_->push(BeginStep{std::move(head)});
}

void ReplyHandle::write(std::string bytes, Written written) {
    exchange_->push(WriteStep{std::move(bytes), std::move(written)});
}

void ReplyHandle::finish(HttpHeaders trailers) {
    exchange_->push(FinishStep{std::move(trailers)});
}

void ReplyHandle::abort() {
    exchange_->push(AbortStep{});
}

} // namespace samara::net
