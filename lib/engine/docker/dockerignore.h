#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace samara::engine::docker {

/// The patterns of a .dockerignore file.
/// https://docs.docker.com/build/concepts/context/#dockerignore-files
class DockerIgnore {
public:
    explicit DockerIgnore(std::string_view text);

    /// Whether the path (relative to the context, with '/') is left out. The last pattern that
    /// matches it, or a folder it is in, decides.
    [[nodiscard]] bool excludes(std::string_view path) const;

    /// Whether something in a folder that is left out may be wanted all the same.
    [[nodiscard]] bool has_exceptions() const;

private:
    struct Pattern {
        std::string text;
        bool exception = false;
    };

    std::vector<Pattern> patterns_;
};

/// Whether a path matches a pattern: '?' is one character, '*' any number within a segment, "**"
/// any number of segments, "[a-z]" a class, '\' takes the next character as it is.
bool matches_path(std::string_view pattern, std::string_view path);

} // namespace samara::engine::docker
