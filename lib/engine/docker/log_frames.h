#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace samara::engine::docker {

/// Takes apart the multiplexed stream of a container's logs: frames of an 8-byte header (stream
/// number, three zeros, big-endian length) and bytes. Pieces need not end where frames do.
/// https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerAttach
class LogFrames {
public:
    using Sink = std::function<void(std::string_view bytes)>;

    explicit LogFrames(Sink sink) : sink_(std::move(sink)) {}

    void operator()(std::string_view piece);

private:
    Sink sink_;
    std::string header_;     // of the frame that comes, up to 8 bytes
    std::uint32_t rest_ = 0; // bytes of the current frame still to come
};

} // namespace samara::engine::docker
