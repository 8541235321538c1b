#include "engine/docker/dockerignore.h"

#include "base/strings.h"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace samara::engine::docker {

namespace {

// Whether `c` is in the class that `pattern` ("[...]") begins with; removes the class from it.
// Nothing when it never ends.
std::optional<bool> take_class(std::string_view& pattern, char c) {
    std::string_view rest = pattern.substr(1);
    const bool negated = rest.starts_with('^');
    if (negated) {
        rest.remove_prefix(1);
    }
    bool found = false;
    while (!rest.empty() && rest.front() != ']') {
        if (rest.front() == '\\' && rest.size() > 1) {
            rest.remove_prefix(1);
        }
        const char low = rest.front();
        char high = low;
        if (rest.size() > 2 && rest[1] == '-' && rest[2] != ']') {
            high = rest[2];
            rest.remove_prefix(2);
        }
        rest.remove_prefix(1);
        found = found || (low <= c && c <= high);
    }
    if (rest.empty()) {
        return std::nullopt;
    }
    pattern = rest.substr(1);
    return found != negated;
}

// One segment, without '/'. Backtracks to the last '*' only: linear in practice, never exponential.
bool matches_segment(std::string_view pattern, std::string_view text) {
    std::optional<std::string_view> star;
    std::string_view star_text;
    while (!text.empty() || !pattern.empty()) {
        bool matched = false;
        if (pattern.starts_with('*')) {
            pattern.remove_prefix(1);
            star = pattern;
            star_text = text;
            continue;
        }
        if (!pattern.empty() && !text.empty()) {
            if (pattern.front() == '[') {
                matched = take_class(pattern, text.front()).value_or(false);
            } else if (pattern.front() == '?') {
                matched = true;
                pattern.remove_prefix(1);
            } else {
                if (pattern.front() == '\\' && pattern.size() > 1) {
                    pattern.remove_prefix(1);
                }
                matched = pattern.front() == text.front();
                pattern.remove_prefix(1);
            }
        }
        if (matched) {
            text.remove_prefix(1);
        } else if (star && !star_text.empty()) {
            star_text.remove_prefix(1);
            text = star_text;
            pattern = *star;
        } else {
            return false;
        }
    }
    return true;
}

using Segments = std::vector<std::string_view>;

bool matches_segments(const Segments& pattern, const Segments& path) {
    // reachable[i]: the pattern so far can match exactly the first i segments.
    std::vector<bool> reachable(path.size() + 1, false);
    reachable[0] = true;
    for (const std::string_view& segment : pattern) {
        const bool last = &segment == &pattern.back();
        std::vector<bool> next(path.size() + 1, false);
        for (std::size_t i = 0; i <= path.size(); ++i) {
            if (segment == "**") {
                // "a/**" is all that is in a, and not a itself.
                const bool none = reachable[i] && !last;
                next[i] = none || (i > 0 && (next[i - 1] || reachable[i - 1]));
            } else if (i > 0) {
                next[i] = reachable[i - 1] && matches_segment(segment, path[i - 1]);
            }
        }
        reachable = std::move(next);
    }
    return reachable[path.size()];
}

} // namespace

bool matches_path(std::string_view pattern, std::string_view path) {
    return matches_segments(base::split(pattern, '/'), base::split(path, '/'));
}

DockerIgnore::DockerIgnore(std::string_view text) {
    for (std::string_view line : base::split(text, '\n')) {
        if (line.starts_with('#')) {
            continue;
        }
        line = base::trim(line);
        Pattern pattern;
        if (line.starts_with('!')) {
            pattern.exception = true;
            line = base::trim(line.substr(1));
        }
        std::string normal = std::filesystem::path(line).lexically_normal().string();
        normal.erase(0, std::min(normal.find_first_not_of('/'), normal.size()));
        while (normal.ends_with('/')) {
            normal.pop_back();
        }
        if (!normal.empty() && normal != ".") {
            pattern.text = std::move(normal);
            patterns_.push_back(std::move(pattern));
        }
    }
}

bool DockerIgnore::excludes(std::string_view path) const {
    bool excluded = false;
    for (const Pattern& pattern : patterns_) {
        if (excluded != pattern.exception) {
            continue; // could not change anything
        }
        // The path itself, then the folders it is in.
        for (std::string_view part = path; !part.empty();) {
            if (matches_path(pattern.text, part)) {
                excluded = !pattern.exception;
                break;
            }
            const std::size_t slash = part.rfind('/');
            part = slash == part.npos ? std::string_view() : part.substr(0, slash);
        }
    }
    return excluded;
}

bool DockerIgnore::has_exceptions() const {
    return std::any_of(patterns_.begin(), patterns_.end(), [](const Pattern& pattern) {
        return pattern.exception;
    });
}

} // namespace samara::engine::docker
