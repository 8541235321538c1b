#include "build/ignore.h"

#include "base/strings.h"

#include <span>

#include <fnmatch.h>

namespace samara::build {

namespace {

// Blanks at the end count only when they are escaped.
std::string_view without_blanks(std::string_view line) {
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) {
        if (line.size() > 1 && line[line.size() - 2] == '\\') {
            break;
        }
        line.remove_suffix(1);
    }
    return line;
}

bool matches(std::span<const std::string> pattern, std::span<const std::string> path) {
    if (pattern.empty()) {
        return path.empty();
    }
    if (pattern.front() == "**") {
        if (pattern.size() == 1) {
            return !path.empty(); // everything inside
        }
        for (std::size_t skipped = 0; skipped <= path.size(); ++skipped) {
            if (matches(pattern.subspan(1), path.subspan(skipped))) {
                return true;
            }
        }
        return false;
    }
    return !path.empty() && ::fnmatch(pattern.front().c_str(), path.front().c_str(), 0) == 0 &&
           matches(pattern.subspan(1), path.subspan(1));
}

std::vector<std::string> components(std::string_view path) {
    std::vector<std::string> parts;
    for (const std::string_view part : base::split(path, '/')) {
        if (!part.empty()) {
            parts.emplace_back(part);
        }
    }
    return parts;
}

} // namespace

IgnoreRules IgnoreRules::parse(std::string_view text) {
    IgnoreRules rules;
    for (std::string_view line : base::split(text, '\n')) {
        line = without_blanks(line);
        if (line.empty() || line.front() == '#') {
            continue;
        }
        Rule rule;
        if (line.front() == '!') {
            rule.taken_back = true;
            line.remove_prefix(1);
        }
        if (line.ends_with('/')) {
            rule.folders_only = true;
            line.remove_suffix(1);
        }
        // A slash at the beginning or in the middle ties the pattern to the rules' folder.
        const bool tied = line.find('/') != std::string_view::npos;
        rule.parts = components(line);
        if (rule.parts.empty()) {
            continue;
        }
        if (!tied) {
            rule.parts.insert(rule.parts.begin(), "**");
        }
        rules.needs_kind_ = rules.needs_kind_ || rule.folders_only;
        rules.rules_.push_back(std::move(rule));
    }
    return rules;
}

bool IgnoreRules::ignores(std::string_view relative, bool folder) const {
    const std::vector<std::string> path = components(relative);
    for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule) {
        if ((!rule->folders_only || folder) && matches(rule->parts, path)) {
            return !rule->taken_back;
        }
    }
    return false;
}

} // namespace samara::build
