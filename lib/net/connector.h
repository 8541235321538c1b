#pragma once

#include "net/http_client.h"
#include "net/transport.h"

#include <memory>

/// A connection to a server, made within a time and given up when asked to. Private to net/.
namespace samara::net {

struct Connected {
    Socket socket;                         ///< owns the descriptor below the transport
    std::unique_ptr<ByteStream> transport; ///< ready for a request
    bool plain = true; ///< what can be read from the socket is the server's words
};

/// Name lookup, connection and handshake. A readable `stop_fd` (-1: none) ends each of them: the
/// lookup, which cannot be interrupted, is left to its thread.
HttpResult<Connected> connect_to(const HttpAddress& address, Deadline deadline, int stop_fd);

} // namespace samara::net
