#include "intrinsics/cidr.h"

#include <array>
#include <charconv>

#include <fmt/format.h>

#include <arpa/inet.h>

namespace samara::intrinsics {

namespace {

using Address = std::array<unsigned char, 16>;

// address + (1 << bit), both counted from the last bit of the first `size` bytes.
void add_block(Address& address, std::size_t size, std::size_t bit) {
    unsigned carry = 1U << (bit % 8);
    for (std::size_t i = size - 1 - bit / 8; carry != 0; --i) {
        carry += address[i];
        address[i] = static_cast<unsigned char>(carry & 0xFFU);
        carry >>= 8U;
        if (i == 0) {
            return;
        }
    }
}

void clear_host_bits(Address& address, std::size_t size, std::size_t host_bits) {
    for (std::size_t bit = 0; bit < host_bits; ++bit) {
        address[size - 1 - bit / 8] &= static_cast<unsigned char>(~(1U << (bit % 8)));
    }
}

} // namespace

base::Result<std::vector<std::string>>
cidr_blocks(const std::string& block, std::size_t count, std::size_t host_bits) {
    const std::size_t slash = block.find('/');
    const std::string host = block.substr(0, slash);
    const int family = host.find(':') == std::string::npos ? AF_INET : AF_INET6;
    const std::size_t size = family == AF_INET ? 4 : 16;
    const std::size_t total_bits = size * 8;
    Address address{};
    std::size_t prefix = total_bits + 1;
    if (slash != std::string::npos) {
        std::from_chars(block.data() + slash + 1, block.data() + block.size(), prefix);
    }
    if (inet_pton(family, host.c_str(), address.data()) != 1 || prefix > total_bits) {
        return base::fail(
            fmt::format("'{}' is not an address block", block), "write for example 10.0.0.0/16");
    }
    if (count < 1 || count > 256 || host_bits < 1 || host_bits > total_bits - prefix) {
        return base::fail(
            fmt::format("{} blocks of {} bits do not fit into {}", count, host_bits, block),
            "count is 1 to 256, and the bits are those of one block");
    }
    const std::size_t index_bits = total_bits - prefix - host_bits;
    if (index_bits < 9 && count > (std::size_t{1} << index_bits)) {
        return base::fail(
            fmt::format("{} has no room for {} blocks of {} bits", block, count, host_bits));
    }
    clear_host_bits(address, size, total_bits - prefix);
    std::vector<std::string> blocks;
    for (std::size_t i = 0; i < count; ++i) {
        std::array<char, INET6_ADDRSTRLEN> text{};
        inet_ntop(family, address.data(), text.data(), text.size());
        blocks.push_back(fmt::format("{}/{}", text.data(), total_bits - host_bits));
        add_block(address, size, host_bits);
    }
    return blocks;
}

} // namespace samara::intrinsics
