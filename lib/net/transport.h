#pragma once

#include "base/error.h"
#include "net/socket.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_ctx_st;

/// Bytes to and from one peer, plain or through TLS, every wait with a deadline. Private to net/.
namespace samara::net {

using Deadline = std::chrono::steady_clock::time_point;

enum class IoStatus : std::uint8_t { ok, closed, timed_out, stopped };

struct ReadResult {
    IoStatus status = IoStatus::closed;
    std::size_t count = 0;
};

class ByteStream {
public:
    ByteStream() = default;
    ByteStream(const ByteStream&) = delete;
    ByteStream& operator=(const ByteStream&) = delete;
    ByteStream(ByteStream&&) = delete;
    ByteStream& operator=(ByteStream&&) = delete;
    virtual ~ByteStream() = default;

    /// At least one byte into `buffer`. A readable `stop_fd` (-1: none) ends the wait.
    virtual ReadResult read(std::span<char> buffer, Deadline deadline, int stop_fd) = 0;

    /// All of `head` followed by all of `body`, in one packet where they fit. A readable `stop_fd`
    /// ends a wait for room.
    virtual IoStatus
    write(std::string_view head, std::string_view body, Deadline deadline, int stop_fd) = 0;

    IoStatus write(std::string_view head, std::string_view body, Deadline deadline) {
        return write(head, body, deadline, -1);
    }

    /// Tells the client that nothing more comes; reading stays possible.
    virtual void finish_writing() = 0;
};

/// TCP without encryption. `descriptor` stays the caller's.
std::unique_ptr<ByteStream> make_plain_stream(int descriptor);

/// A certificate with its private key, ready for handshakes as server.
class TlsContext {
public:
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;
    TlsContext(TlsContext&&) = delete;
    TlsContext& operator=(TlsContext&&) = delete;
    virtual ~TlsContext() = default;

    /// OpenSSL's.
    [[nodiscard]] virtual ssl_ctx_st* native() const = 0;

protected:
    TlsContext() = default;
};

/// Loads PEM files (a chain, leaf first). Fails when they cannot be read or do not belong together.
base::Result<std::shared_ptr<TlsContext>>
load_tls(const std::string& certificate_file, const std::string& key_file);

/// Whom a client wants to reach, and what it trusts.
struct TlsPeer {
    std::string host;        ///< name or address its certificate must be for
    std::string authorities; ///< PEM file; empty: the system's
    std::string certificate; ///< the client's own, PEM file; may be empty
    std::string key;         ///< its private key, PEM file; may be empty
    bool verify = true;
};

struct Handshake {
    std::unique_ptr<ByteStream> transport; ///< nullptr: it failed
    IoStatus status = IoStatus::closed;
    std::string reason; ///< where the status is `closed`
};

/// Handshakes as client over a connected socket, which stays the caller's.
Handshake connect_tls(int descriptor, const TlsPeer& peer, Deadline deadline, int stop_fd);

/// Whether there is something to be read from `descriptor` now; never from -1.
bool is_readable(int descriptor);

/// Waits until `descriptor` is ready for `events` (poll's).
IoStatus wait_ready(int descriptor, short events, Deadline deadline, int stop_fd = -1);

} // namespace samara::net
