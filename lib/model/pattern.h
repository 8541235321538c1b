#pragma once

#include "base/error.h"

#include <memory>
#include <string>
#include <string_view>

namespace samara::model {

/// A regular expression of a template, compiled once: Perl's and so nearly Java's, which is what
/// API Gateway and CloudFormation read. Neither a long text nor an expression that backtracks
/// without end can harm: the work of a match is limited, and one that goes beyond it is none.
class Pattern {
public:
    /// Fails with what is wrong and where ("missing closing parenthesis at offset 3").
    static base::Result<Pattern> compile(std::string_view expression);

    /// Whether the expression describes the whole text. Several threads may ask at once.
    [[nodiscard]] bool matches(std::string_view text) const;

private:
    struct Code;

    explicit Pattern(std::shared_ptr<const Code> code) : code_(std::move(code)) {}

    std::shared_ptr<const Code> code_;
};

} // namespace samara::model
