#include "net/socket.h"

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include <fmt/format.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace samara::net {

namespace {

// Deep enough that a burst of new connections is not told to come back a second later.
constexpr int backlog = 1024;

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

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

base::Result<Socket> listen_on(const std::string& host, std::uint16_t port) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_PASSIVE;
    addrinfo* found = nullptr;
    const int status = getaddrinfo(host.c_str(), fmt::format("{}", port).c_str(), &wanted, &found);
    const AddressList addresses(found, &freeaddrinfo);
    if (status != 0) {
        return base::fail(
            fmt::format("cannot listen on {}:{}: {}", host, port, gai_strerror(status)),
            "give an address of this machine with --host");
    }
    int error_number = EADDRNOTAVAIL;
    for (const addrinfo* entry = addresses.get(); entry != nullptr; entry = entry->ai_next) {
        Socket socket(::socket(
            entry->ai_family,
            entry->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
            entry->ai_protocol));
        const int yes = 1;
        if (socket.valid() &&
            setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
            ::bind(socket.get(), entry->ai_addr, entry->ai_addrlen) == 0 &&
            ::listen(socket.get(), backlog) == 0) {
            return socket;
        }
        error_number = errno;
    }
    return base::fail(
        fmt::format(
            "cannot listen on {}:{}: {}",
            host,
            port,
            std::generic_category().message(error_number)),
        error_number == EADDRINUSE ? "choose another port with --port" : "");
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
