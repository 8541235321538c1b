#include "net/socket.h"

#include <cerrno>
#include <memory>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include <netdb.h>
#include <sys/socket.h>

// Apart from the rest of sockets, which the static emulator has too: it resolves no names.
namespace samara::net {

namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

constexpr std::string_view other_address = "give an address of this machine with --host";

std::string_view hint_for(int error_number) {
    switch (error_number) {
    case EADDRINUSE:
        return "choose another port with --port";
    case EACCES:
        return "ports below 1024 are root's: choose another one with --port";
    case EADDRNOTAVAIL:
        return other_address;
    default:
        return "";
    }
}

} // namespace

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
            std::string(other_address));
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
            ::listen(socket.get(), listen_backlog) == 0) {
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
        std::string(hint_for(error_number)));
}

} // namespace samara::net
