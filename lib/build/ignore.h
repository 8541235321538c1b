#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace samara::build {

/// The rules of a .samignore, which are those of a .gitignore.
/// https://git-scm.com/docs/gitignore#_pattern_format
class IgnoreRules {
public:
    static IgnoreRules parse(std::string_view text);

    /// Whether a path below the folder of the rules is left out. `relative` has slashes and no dot
    /// components. What lies in a folder that is left out is not asked for.
    [[nodiscard]] bool ignores(std::string_view relative, bool folder) const;

    [[nodiscard]] bool empty() const { return rules_.empty(); }

    /// Whether a rule tells folders and files apart.
    [[nodiscard]] bool needs_kind() const { return needs_kind_; }

private:
    struct Rule {
        std::vector<std::string> parts; ///< "**" is any number of components
        bool taken_back = false;        ///< "!pattern"
        bool folders_only = false;      ///< "pattern/"
    };

    std::vector<Rule> rules_;
    bool needs_kind_ = false;
};

} // namespace samara::build
