#pragma once

#include "rie/http.h"

#include <cstdint>
#include <deque>
#include <functional>
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

/// What all connections of a server have under way.
struct Traffic {
    std::size_t connections = 0;
    std::size_t collecting = 0;  ///< bytes of bodies that have not come whole
    std::size_t pending = 0;     ///< steps of answers that are not sent yet
    std::function<void()> quiet; ///< called once when no step is pending

    void settle() {
        if (pending == 0 && quiet) {
            std::exchange(quiet, nullptr)();
        }
    }
};

/// Steps in the order they were given. Lives as long as service or connection holds it.
class StepQueue {
public:
    StepQueue(const boost::asio::any_io_executor& executor, std::shared_ptr<Traffic> traffic)
        : wake_(executor, boost::asio::steady_timer::time_point::max()),
          traffic_(std::move(traffic)) {}

    void push(Step step) {
        if (closed_) {
            drop(step);
            return;
        }
        steps_.push_back(std::move(step));
        ++traffic_->pending;
        wake_.cancel();
    }

    [[nodiscard]] bool empty() const { return steps_.empty(); }

    /// Waits for a step, or for nothing at all.
    boost::asio::steady_timer& wake() { return wake_; }

    /// The next step; it counts as pending until sent().
    Step take() {
        Step step = std::move(steps_.front());
        steps_.pop_front();
        return step;
    }

    void sent() {
        --traffic_->pending;
        traffic_->settle();
    }

    /// The connection takes no more. Writers of what will not be sent go on.
    void close() {
        closed_ = true;
        traffic_->pending -= steps_.size();
        for (Step& step : std::exchange(steps_, {})) {
            drop(step);
        }
        traffic_->settle();
    }

    bool replied = false;

private:
    void drop(Step& step) {
        if (auto* write = std::get_if<WriteStep>(&step)) {
            boost::asio::post(wake_.get_executor(), std::move(write->written));
        }
    }

    std::deque<Step> steps_;
    bool closed_ = false;
    boost::asio::steady_timer wake_;
    std::shared_ptr<Traffic> traffic_;
};

/// Steps that do not follow from what was given before (a second reply, a piece after the end) are
/// not passed on.
class QueuedExchange : public Exchange {
public:
    explicit QueuedExchange(std::shared_ptr<StepQueue> queue) : queue_(std::move(queue)) {}

    QueuedExchange(const QueuedExchange&) = delete;
    QueuedExchange& operator=(const QueuedExchange&) = delete;
    QueuedExchange(QueuedExchange&&) = delete;
    QueuedExchange& operator=(QueuedExchange&&) = delete;

    /// Let go without an answer: the peer learns it from the closed connection.
    ~QueuedExchange() override {
        if (stage_ != Stage::ended) {
            queue_->push(AbortStep{});
        }
    }

    void reply(HttpReply reply) override {
        if (stage_ == Stage::waiting) {
            end(ReplyStep{std::move(reply)});
        }
    }

    void begin(HttpReply head) override {
        if (stage_ == Stage::waiting) {
            stage_ = Stage::open;
            queue_->replied = true;
            queue_->push(BeginStep{std::move(head)});
        }
    }

    void write(std::string bytes, std::function<void()> written) override {
        if (stage_ == Stage::open) {
            queue_->push(WriteStep{std::move(bytes), std::move(written)});
        }
    }

    void finish(Headers trailers) override {
        if (stage_ == Stage::open) {
            end(FinishStep{std::move(trailers)});
        }
    }

    void abort() override {
        if (stage_ != Stage::ended) {
            end(AbortStep{});
        }
    }

private:
    enum class Stage : std::uint8_t { waiting, open, ended };

    void end(Step last) {
        stage_ = Stage::ended;
        queue_->replied = true;
        queue_->push(std::move(last));
    }

    std::shared_ptr<StepQueue> queue_;
    Stage stage_ = Stage::waiting;
};

} // namespace samara::rie
