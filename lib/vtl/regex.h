#pragma once

#include "vtl/work.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace samara::vtl {

/// A regular expression of a template; Java's, as far as Perl's are the same. What it costs is
/// counted to the work.
class Regex {
public:
    /// Fails the work when the text is no expression.
    Regex(const std::string& expression, Work& work);

    [[nodiscard]] bool matches(const std::string& text);
    [[nodiscard]] Value replace(const std::string& text, const std::string& replacement, bool all);
    /// Java's String.split: empty texts at the end are left out unless `limit` is negative.
    [[nodiscard]] Value split(const std::string& text, std::int64_t limit);

private:
    struct Code;

    struct Found {
        std::size_t start;
        std::size_t end;
    };

    std::optional<Found> find(const std::string& text, std::size_t from, bool whole = false);
    void append_replacement(
        std::string& result, const std::string& text, const std::string& replacement);

    Work& work_;
    std::string literal_; ///< the expression, when it is a text without special characters
    std::shared_ptr<Code> code_;
};

} // namespace samara::vtl
