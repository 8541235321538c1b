#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace samara::gateway {

/// What ANY stands for: API Gateway has no other methods.
/// docs.aws.amazon.com/apigateway/latest/api/API_PutMethod.html
inline constexpr std::array<std::string_view, 7> all_methods{
    "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"};

inline bool is_method(std::string_view name) {
    return std::find(all_methods.begin(), all_methods.end(), name) != all_methods.end();
}

} // namespace samara::gateway
