#include "net/local_address.h"

#include <algorithm>
#include <array>
#include <memory>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

namespace samara::net {

namespace {

using Interfaces = std::unique_ptr<ifaddrs, decltype(&freeifaddrs)>;
using Bytes = std::array<unsigned char, sizeof(in6_addr)>;

bool holds(const sockaddr* own, int family, const Bytes& wanted) {
    if (own == nullptr || own->sa_family != family) {
        return false;
    }
    const auto equals = [&](const void* address, std::size_t size) {
        const auto* bytes = static_cast<const unsigned char*>(address);
        return std::equal(bytes, bytes + size, wanted.begin());
    };
    return family == AF_INET
               ? equals(&reinterpret_cast<const sockaddr_in*>(own)->sin_addr, sizeof(in_addr))
               : equals(&reinterpret_cast<const sockaddr_in6*>(own)->sin6_addr, sizeof(in6_addr));
}

} // namespace

bool is_local_address(const std::string& address) {
    Bytes wanted{};
    int family = AF_INET;
    if (inet_pton(AF_INET, address.c_str(), wanted.data()) != 1) {
        family = AF_INET6;
        if (inet_pton(AF_INET6, address.c_str(), wanted.data()) != 1) {
            return false;
        }
    }
    ifaddrs* found = nullptr;
    if (::getifaddrs(&found) != 0) {
        return false;
    }
    const Interfaces interfaces(found, &freeifaddrs);
    for (const ifaddrs* one = interfaces.get(); one != nullptr; one = one->ifa_next) {
        if (holds(one->ifa_addr, family, wanted)) {
            return true;
        }
    }
    return false;
}

std::string address_of_interface(const std::string& name) {
    ifaddrs* found = nullptr;
    if (::getifaddrs(&found) != 0) {
        return {};
    }
    const Interfaces interfaces(found, &freeifaddrs);
    for (const ifaddrs* one = interfaces.get(); one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET ||
            name != one->ifa_name) {
            continue;
        }
        std::array<char, INET_ADDRSTRLEN> text{};
        const auto& address = reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr;
        if (inet_ntop(AF_INET, &address, text.data(), text.size()) != nullptr) {
            return text.data();
        }
    }
    return {};
}

} // namespace samara::net
