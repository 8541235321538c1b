#pragma once

#include "net/asio.h"
#include "net/http_service.h"

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <variant>

/// The hand-over between a service that answers whenever it can and the connection that sends.
/// Private to the server.
namespace samara::net {

struct SendStep {
    HttpResponse response;
};

struct BeginStep {
    HttpResponse head;
};

struct WriteStep {
    std::string bytes;
    ReplyHandle::Written written;
};

struct FinishStep {
    HttpHeaders trailers;
};

struct AbortStep {};

struct UpgradeStep {
    HttpResponse answer; ///< has a service
};

using Step = std::variant<SendStep, BeginStep, WriteStep, FinishStep, AbortStep, UpgradeStep>;

/// What all connections of a server have under way.
struct Traffic {
    std::atomic<std::size_t> pending = 0; ///< steps of answers that are not sent yet
    std::function<void()> quiet;          ///< called once when no step is pending; may be empty
    std::shared_ptr<void> loops;          ///< what the executors belong to; may be empty

    void settle() {
        if (pending == 0 && quiet) {
            std::exchange(quiet, nullptr)();
        }
    }
};

/// Steps in the order they were given, for one request. Lives as long as handle or connection holds
/// it.
class Exchange : public std::enable_shared_from_this<Exchange> {
public:
    Exchange(const Executor& executor, std::shared_ptr<Traffic> traffic);

    // On any thread.

    void push(Step step);

    // On the connection's thread.

    [[nodiscard]] bool empty() const { return steps_.empty(); }

    /// Whether nothing more is to come.
    [[nodiscard]] bool answered() const { return stage_ == Stage::ended; }

    /// Whether something has been answered.
    [[nodiscard]] bool begun() const { return stage_ != Stage::waiting; }

    /// Waits for a step, or for nothing at all.
    Timer& wake() { return wake_; }

    /// The next step; it counts as pending until sent().
    Step take();
    void sent();

    /// The connection takes no more. Writers of what will not be sent go on.
    void close();

private:
    enum class Stage : std::uint8_t { waiting, open, ended };

    void add(Step step);
    [[nodiscard]] bool follows(const Step& step);
    void drop(Step& step);

    std::shared_ptr<Traffic> traffic_; // goes last
    Executor executor_;
    std::deque<Step> steps_;
    Stage stage_ = Stage::waiting;
    bool closed_ = false;
    Timer wake_;
};

} // namespace samara::net
