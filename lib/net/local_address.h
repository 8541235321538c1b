#pragma once

#include <string>

namespace samara::net {

/// Whether the numeric IPv4 or IPv6 address is one of this machine's interfaces, as seen from the
/// network namespace of this process.
bool is_local_address(const std::string& address);

/// The first IPv4 address of a network interface of this machine; empty when there is none.
std::string address_of_interface(const std::string& name);

} // namespace samara::net
