#pragma once

#include "net/http_client.h"
#include "net/transport.h"

#include <chrono>
#include <cstdint>

/// How long an exchange may take and how much it may bring. Private to net/.
namespace samara::net {

struct AnswerLimits {
    std::chrono::milliseconds timeout{}; ///< for each wait
    Deadline end;                        ///< for all of it
    std::uint64_t body = 0;              ///< bytes, those of a sink included
    int stop_fd = -1;

    /// When the wait that begins now is over.
    [[nodiscard]] Deadline next() const;

    /// The same for a connection: who does not take one in half a minute will not answer either.
    [[nodiscard]] Deadline connecting() const;
};

/// Of a request that begins now.
AnswerLimits limits_of(const ClientRequest& request);

/// What a wait that did not end well means.
HttpError wait_failure(IoStatus status, const AnswerLimits& limits);

/// Of an answer that tells what went wrong where another one was to be streamed: bytes that are
/// kept.
constexpr std::uint64_t refusal_limit = 64UL * 1024;

/// Bytes around the body: the head, the frame of a chunk.
constexpr std::size_t largest_head = 256UL * 1024;

} // namespace samara::net
