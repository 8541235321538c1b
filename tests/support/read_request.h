#pragma once

#include "net/request_reader.h"

#include <optional>
#include <string_view>

namespace samara::test {

/// The request that `bytes` are, with as much of its body as has come; nothing when it is refused,
/// or has no whole head.
inline std::optional<net::HttpRequest> read_request(std::string_view bytes) {
    using State = net::RequestReader::State;
    net::RequestReader reader(net::HeadLimits{});
    std::size_t consumed = 0;
    if (reader.read_head(bytes, consumed) != State::done) {
        return std::nullopt;
    }
    net::HttpRequest request = std::move(reader.request());
    std::size_t taken = 0;
    if (reader.read_body(bytes.substr(consumed), taken, request.body, std::size_t{1} << 16U) ==
        State::refused) {
        return std::nullopt;
    }
    return request;
}

} // namespace samara::test
