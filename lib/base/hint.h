#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace samara::base {

/// The hint of an error "did you mean NEAR?", where nearest() has found something, or `otherwise`.
inline std::string did_you_mean(std::string_view near, std::string otherwise = {}) {
    return near.empty() ? std::move(otherwise) : "did you mean " + std::string(near) + "?";
}

} // namespace samara::base
