#pragma once

#include "net/asio.h"
#include "net/transport.h"

#include <functional>
#include <list>

#include <boost/asio/executor_work_guard.hpp>

/// One event loop. Private to net/.
namespace samara::net {

/// What waits for a peer on one loop, each until its time is over or somebody stops it: looked at
/// now and then, so that beginning and ending a wait cost nothing.
class LoopWaits {
public:
    explicit LoopWaits(asio::io_context& context) : timer_(context) {}

    struct Wait {
        Deadline until;
        int stop_fd = -1;
        std::function<void(IoStatus why)> end; ///< called once, with timed_out or stopped
    };

    using Place = std::list<Wait>::iterator;

    Place begin(Wait wait);

    void end(Place wait) { waits_.erase(wait); }

private:
    void look();
    void sweep();

    Timer timer_;
    bool looking_ = false;
    std::list<Wait> waits_;
};

struct Loop {
    Loop() : context(1), work(context.get_executor()), waits(context) {}

    asio::io_context context;
    asio::executor_work_guard<Executor> work;
    LoopWaits waits; ///< of its own thread
};

/// The one that runs on this thread; nullptr: none does.
Loop* loop_of_thread();

} // namespace samara::net
