#pragma once

#include "base/task.h"
#include "net/event_loops.h"

#include <cstddef>
#include <future>
#include <memory>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace samara::test {

/// Begins the task on one of the event loops and waits here for its value.
template <class T>
T on_loop(base::Task<T> task, std::size_t loop = 0) {
    const auto loops = net::EventLoops::of_process();
    const auto value = std::make_shared<std::promise<T>>();
    std::future<T> future = value->get_future();
    const auto shared = std::make_shared<base::Task<T>>(std::move(task)); // copyable
    boost::asio::post(loops->at(loop % loops->size()), [shared, value] {
        base::spawn(std::move(*shared), [value](T given) { value->set_value(std::move(given)); });
    });
    return future.get();
}

} // namespace samara::test
