#pragma once

#include "base/error.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

/// Listening and accepting. Private to net/ and to the emulator's server.
namespace samara::net {

/// Owns one descriptor and closes it.
class Socket {
public:
    Socket() = default;

    explicit Socket(int descriptor) noexcept : descriptor_(descriptor) {}

    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

    Socket& operator=(Socket&& other) noexcept;
    ~Socket();

    [[nodiscard]] int get() const noexcept { return descriptor_; }

    /// The descriptor, which is the caller's to close from now on.
    [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }

    [[nodiscard]] bool valid() const noexcept { return descriptor_ >= 0; }

private:
    int descriptor_ = -1;
};

/// Deep enough that a burst of new connections is not told to come back a second later.
constexpr int listen_backlog = 1024;

/// Listens on a name or address; port 0 takes a free one. Fails with "cannot listen on
/// 127.0.0.1:3000: Address already in use".
base::Result<Socket> listen_on(const std::string& host, std::uint16_t port);

/// The port a listening socket got.
std::uint16_t local_port(const Socket& listener);

struct Accepted {
    Socket socket; ///< non-blocking, close-on-exec, without Nagle's delay
    std::string remote_address;
};

/// The next connection that waits on `listener`; an invalid socket with errno when there is none.
Accepted accept_from(const Socket& listener);

} // namespace samara::net
