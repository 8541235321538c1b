#include "net/socket.h"

#include <array>
#include <cerrno>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace samara::net {

namespace {

std::string address_text(const sockaddr_storage& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* bytes = nullptr;
    if (address.ss_family == AF_INET) {
        bytes = &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
    } else if (address.ss_family == AF_INET6) {
        bytes = &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    }
    if (bytes == nullptr ||
        inet_ntop(address.ss_family, bytes, text.data(), text.size()) == nullptr) {
        return {};
    }
    return text.data();
}

} // namespace

Socket& Socket::operator=(Socket&& other) noexcept {
    if (this != &other) {
        const Socket old(std::exchange(descriptor_, std::exchange(other.descriptor_, -1)));
    }
    return *this;
}

Socket::~Socket() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

std::uint16_t local_port(const Socket& listener) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        return 0;
    }
    return ntohs(
        address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                      : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

Accepted accept_from(const Socket& listener) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    Socket socket(::accept4(
        listener.get(),
        reinterpret_cast<sockaddr*>(&address),
        &size,
        SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!socket.valid()) {
        return {};
    }
    const int yes = 1;
    setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return {std::move(socket), address_text(address)};
}

} // namespace samara::net
