#pragma once

#include "net/http_service.h"

#include <string>

namespace samara::net {

/// Writes a streamed answer from a thread that may wait.
class StreamWriter {
public:
    /// `reply` stays the caller's, which begins and finishes the answer.
    explicit StreamWriter(ReplyHandle& reply) : reply_(reply) {}

    /// Returns when the client has taken the bytes, as far as its connection holds them; false once
    /// it is gone.
    bool write(std::string bytes);

private:
    ReplyHandle& reply_;
    bool open_ = true;
};

} // namespace samara::net
