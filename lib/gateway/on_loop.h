#pragma once

#include "base/task.h"
#include "net/wait.h"

#include <cstddef>
#include <type_traits>

/// What a request may do on an event loop, whose other requests wait meanwhile. Private to
/// gateway/.
namespace samara::gateway {

/// Bodies of more bytes are read and written on a thread.
inline constexpr std::size_t most_on_loop = 64UL * 1024;

/// What `make` gives, which renders mapping templates: on a loop they have little to spend, and
/// what fails there begins again on a thread, with all that a template may take.
template <class Make>
base::Task<std::invoke_result_t<const Make&>> with_templates(Make make) {
    auto made = make();
    if (!made && net::on_loop()) {
        const bool may_wait = co_await net::to_thread();
        if (may_wait) {
            made = make();
        }
    }
    co_return made;
}

} // namespace samara::gateway
