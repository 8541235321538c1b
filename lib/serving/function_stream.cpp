#include "serving/function_stream.h"

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <utility>

namespace samara::serving {

/// Where the function's thread and its reader meet.
class FunctionStream::State : public invoke::ResponseStream {
public:
    // On the function's thread.

    void begin(std::string content_type) override {
        const std::scoped_lock lock(mutex_);
        begun_ = true;
        content_type_ = std::move(content_type);
        changed_.notify_all();
    }

    bool write(std::string_view bytes) override {
        std::unique_lock lock(mutex_);
        if (dropped_) {
            return false;
        }
        held_.append(bytes);
        changed_.notify_all();
        changed_.wait(lock, [this] { return held_.size() < most_held || dropped_; });
        return !dropped_;
    }

    void end(base::Result<invoke::Response> result) {
        const std::scoped_lock lock(mutex_);
        const bool good = result && result->status / 100 == 2 && result->function_error.empty();
        if (good && !begun_) { // it came as a whole
            begun_ = true;
            held_ = std::exchange(result->payload, {});
        }
        result_ = std::move(result);
        changed_.notify_all();
    }

    // On the reader's.

    Came wait(Clock::time_point until, const std::function<bool(const Written&)>& enough) {
        std::unique_lock lock(mutex_);
        bool satisfied = false;
        const bool came = changed_.wait_until(lock, until, [&] {
            satisfied = enough({begun_, content_type_, held_});
            return satisfied || result_.has_value();
        });
        return satisfied ? Came::enough : came ? Came::end : Came::late;
    }

    std::string take() {
        const std::scoped_lock lock(mutex_);
        changed_.notify_all();
        return std::exchange(held_, {});
    }

    void drop() {
        const std::scoped_lock lock(mutex_);
        dropped_ = true;
        held_.clear();
        changed_.notify_all();
    }

    std::string content_type() {
        const std::scoped_lock lock(mutex_);
        return content_type_;
    }

    std::optional<base::Result<invoke::Response>> result() {
        const std::scoped_lock lock(mutex_);
        return result_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool begun_ = false;
    bool dropped_ = false;
    std::string content_type_;
    std::string held_; // written by the function, not yet taken
    std::optional<base::Result<invoke::Response>> result_;
};

FunctionStream::FunctionStream(
    net::WorkerPool& threads, const std::shared_ptr<const Invoke>& invoke, invoke::Request request)
    : state_(std::make_shared<State>()) {
    request.stream = state_;
    auto shared = std::make_shared<invoke::Request>(std::move(request));
    try {
        threads.run([state = state_, shared, invoke] {
            auto result = invoke->call_guarded(std::move(*shared)).now();
            *shared = {};
            state->end(std::move(result));
        });
    } catch (const std::system_error& error) {
        state_->end(base::fail(std::string("no thread for the call: ") + error.what()));
    }
}

FunctionStream::~FunctionStream() {
    state_->drop();
}

FunctionStream::Came
FunctionStream::wait(Clock::time_point until, const std::function<bool(const Written&)>& enough) {
    return state_->wait(until, enough);
}

FunctionStream::Came FunctionStream::next(Clock::time_point until, std::string& bytes) {
    const Came came =
        state_->wait(until, [](const Written& written) { return !written.bytes.empty(); });
    bytes = came == Came::enough ? state_->take() : std::string();
    return came;
}

std::string FunctionStream::take() {
    return state_->take();
}

void FunctionStream::drop() {
    state_->drop();
}

std::string FunctionStream::content_type() const {
    return state_->content_type();
}

std::optional<base::Result<invoke::Response>> FunctionStream::result() const {
    return state_->result();
}

} // namespace samara::serving
