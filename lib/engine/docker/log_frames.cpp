#include "engine/docker/log_frames.h"

#include <algorithm>

namespace samara::engine::docker {

namespace {

constexpr std::size_t header_size = 8;

std::uint32_t frame_length(std::string_view header) {
    std::uint32_t length = 0;
    for (const char byte : header.substr(4)) {
        length = length << 8U | static_cast<unsigned char>(byte);
    }
    return length;
}

} // namespace

void LogFrames::operator()(std::string_view piece) {
    while (!piece.empty()) {
        if (rest_ == 0) {
            const std::size_t count = std::min(header_size - header_.size(), piece.size());
            header_ += piece.substr(0, count);
            piece.remove_prefix(count);
            if (header_.size() == header_size) {
                rest_ = frame_length(header_);
                header_.clear();
            }
            continue;
        }
        const std::string_view bytes = piece.substr(0, rest_);
        rest_ -= static_cast<std::uint32_t>(bytes.size());
        piece.remove_prefix(bytes.size());
        sink_(bytes);
    }
}

} // namespace samara::engine::docker
