#pragma once

#include <cstddef>
#include <string>

namespace samara::net {

/// Takes `count` bytes that have been read from the front of what a connection has received. An
/// empty buffer holds no more than a client without a request is worth.
inline void consume(std::string& buffer, std::size_t count) {
    constexpr std::size_t kept_capacity = 4096;
    if (count != buffer.size()) {
        buffer.erase(0, count);
        return;
    }
    buffer.clear();
    if (buffer.capacity() > kept_capacity) {
        buffer.shrink_to_fit();
    }
}

} // namespace samara::net
