#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace samara::build {

/// What can be known of a Dockerfile without building it.
/// https://docs.docker.com/reference/dockerfile/
struct Dockerfile {
    /// Images that it starts from or copies from. Nothing where that cannot be known, or where it
    /// takes something from the network by itself (ADD).
    std::optional<std::vector<std::string>> images = std::vector<std::string>();

    /// The first thing that only BuildKit understands: "RUN --mount (line 3)"; empty: nothing.
    std::string buildkit;

    /// `arguments`: what the build gets as --build-arg.
    static Dockerfile
    parse(std::string_view text, const std::map<std::string, std::string>& arguments);
};

} // namespace samara::build
