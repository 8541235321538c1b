#include "net/event_loops.h"

#include "net/loop.h"
#include "os/processors.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace samara::net {

namespace {

// Half of the cores at most: what is asked of a loop is handed to emulators and functions, which
// need the others, and a request whose connection and environment are of one loop is cheapest.
constexpr std::size_t most_threads = 4;

thread_local Loop* running = nullptr;

} // namespace

Loop* loop_of_thread() {
    return running;
}

class EventLoops::Impl {
public:
    explicit Impl(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            loops.push_back(std::make_unique<Loop>());
        }
    }

    std::vector<std::unique_ptr<Loop>> loops;
    std::vector<std::thread> threads;
    std::atomic<std::size_t> turn = 0;
};

std::shared_ptr<EventLoops> EventLoops::of_process() {
    static std::mutex mutex;
    static std::weak_ptr<EventLoops> present;
    const std::scoped_lock lock(mutex);
    std::shared_ptr<EventLoops> loops = present.lock();
    if (loops == nullptr) {
        loops = std::make_shared<EventLoops>(
            std::clamp<std::size_t>(os::processors() / 2, 1, most_threads));
        present = loops;
    }
    return loops;
}

EventLoops::EventLoops(std::size_t threads) : impl_(std::make_shared<Impl>(threads)) {
    for (std::size_t i = 0; i < threads; ++i) {
        impl_->threads.emplace_back([impl = impl_, i] {
            running = impl->loops[i].get();
            impl->loops[i]->context.run();
        });
    }
}

EventLoops::~EventLoops() {
    for (const auto& loop : impl_->loops) {
        loop->context.stop();
    }
    for (std::thread& thread : impl_->threads) {
        if (thread.get_id() == std::this_thread::get_id()) {
            thread.detach(); // the last who held them was something that ran on it
        } else {
            thread.join();
        }
    }
}

std::size_t EventLoops::size() const {
    return impl_->loops.size();
}

asio::io_context& EventLoops::at(std::size_t index) const {
    return impl_->loops[index]->context;
}

asio::io_context& EventLoops::nearest() const {
    for (const auto& loop : impl_->loops) {
        if (loop.get() == running) {
            return loop->context;
        }
    }
    return impl_->loops[impl_->turn++ % impl_->loops.size()]->context;
}

} // namespace samara::net
