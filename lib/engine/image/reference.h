#pragma once

#include <string>
#include <string_view>

namespace samara::engine::image {

/// "localhost:5000/team/app:v1", "app@sha256:0123...", taken apart.
struct Reference {
    std::string repository;
    std::string tag;    ///< empty when there is none
    std::string digest; ///< "sha256:...", empty when there is none
};

Reference parse_reference(std::string_view text);

} // namespace samara::engine::image
