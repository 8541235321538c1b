#pragma once

#include "rie/http.h"

#include <deque>
#include <memory>
#include <utility>
#include <variant>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

/// The hand-over between a service that answers whenever it can and the connection that sends.
/// Private to the server: the one header of the module that shows Boost.
namespace samara::rie {

struct ReplyStep {
    HttpReply reply;
};

struct BeginStep {
    HttpReply head;
};

struct WriteStep {
    std::string bytes;
    std::function<void()> written;
};

struct FinishStep {
    Headers trailers;
};

struct AbortStep {};

using Step = std::variant<ReplyStep, BeginStep, WriteStep, FinishStep, AbortStep>;

/// Steps in the order they were given. Lives as long as service or connection holds it.
struct StepQueue {
    explicit StepQueue(const boost::asio::any_io_executor& executor)
        : wake(executor, boost::asio::steady_timer::time_point::max()) {}

    void push(Step step) {
        if (!closed) {
            steps.push_back(std::move(step));
            wake.cancel();
        } else if (auto* write = std::get_if<WriteStep>(&step)) {
            // The peer is gone: the writer goes on, its bytes are dropped.
            boost::asio::post(wake.get_executor(), std::move(write->written));
        }
    }

    std::deque<Step> steps;
    bool replied = false;
    bool closed = false; ///< the connection is gone
    boost::asio::steady_timer wake;
};

class QueuedExchange : public Exchange {
public:
    explicit QueuedExchange(std::shared_ptr<StepQueue> queue) : queue_(std::move(queue)) {}

    QueuedExchange(const QueuedExchange&) = delete;
    QueuedExchange& operator=(const QueuedExchange&) = delete;
    QueuedExchange(QueuedExchange&&) = delete;
    QueuedExchange& operator=(QueuedExchange&&) = delete;

    /// Let go without an answer: the peer learns it from the closed connection.
    ~QueuedExchange() override {
        if (!queue_->replied || open_) {
            queue_->push(AbortStep{});
        }
    }

    void reply(HttpReply reply) override {
        queue_->replied = true;
        queue_->push(ReplyStep{std::move(reply)});
    }

    void begin(HttpReply head) override {
        queue_->replied = true;
        open_ = true;
        queue_->push(BeginStep{std::move(head)});
    }

    void write(std::string bytes, std::function<void()> written) override {
        queue_->push(WriteStep{std::move(bytes), std::move(written)});
    }

    void finish(Headers trailers) override {
        open_ = false;
        queue_->push(FinishStep{std::move(trailers)});
    }

    void abort() override {
        open_ = false;
        queue_->push(AbortStep{});
    }

private:
    std::shared_ptr<StepQueue> queue_;
    bool open_ = false;
};

} // namespace samara::rie
