#pragma once

#include <cstddef>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace samara::net {

/// The threads that servers and clients of this process live on: a few, by its cores. Nothing that
/// runs on them waits for anything.
class EventLoops {
public:
    /// Those of the process: started by who asks first, ended with the last who holds them.
    static std::shared_ptr<EventLoops> of_process();

    explicit EventLoops(std::size_t threads);
    EventLoops(const EventLoops&) = delete;
    EventLoops& operator=(const EventLoops&) = delete;
    EventLoops(EventLoops&&) = delete;
    EventLoops& operator=(EventLoops&&) = delete;

    /// What is still under way on them is dropped.
    ~EventLoops();

    [[nodiscard]] std::size_t size() const;

    [[nodiscard]] boost::asio::io_context& at(std::size_t index) const;

    /// The one of this thread; on any other thread each in turn.
    [[nodiscard]] boost::asio::io_context& nearest() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace samara::net
