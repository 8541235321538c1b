#pragma once

#include "net/http_client.h"

#include <chrono>
#include <cstdint>
#include <optional>

/// A server that cannot take a body (its disk is full) answers before it has read all of that, and
/// then reads no more: who only goes on writing never learns why.
namespace samara::net {

enum class Turn : std::uint8_t {
    write,   ///< some kilobytes can be written without waiting
    refused, ///< an answer with an error status has come
    failed,  ///< no room in time, or the connection has ended
};

/// Waits until the body can go on over a plain socket, or is refused.
Turn wait_to_write(int socket, std::chrono::milliseconds patience);

/// Reads the answer off the socket, which is of no use afterwards. Nothing when there is none with
/// an error status.
std::optional<ClientResponse> read_refusal(int socket);

} // namespace samara::net
