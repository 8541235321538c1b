#pragma once

#include "base/error.h"
#include "data/value.h"
#include "transform/core/parameters.h"
#include "transform/transform.h"

#include <functional>
#include <set>
#include <string>

/// The loops of AWS::LanguageExtensions.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html
namespace samara::transform {

inline constexpr std::string_view loop_prefix = "Fn::ForEach";

struct LoopLimits {
    std::size_t depth = 5;          ///< loops inside each other
    std::size_t items = 100;        ///< of one collection
    std::size_t iterations = 10000; ///< of all loops together
};

/// The names of a template that its loops must keep clear of.
struct LoopNames {
    /// Parameters and resources: neither a loop nor its identifier can be called like one.
    std::set<std::string, std::less<>> taken;
    /// Parameters with NoEcho: no loop runs over their values.
    std::set<std::string, std::less<>> secret;

    LoopNames() = default;
    explicit LoopNames(const data::Map& document);
};

/// Replaces every Fn::ForEach::<name> in `value`, at any depth, by what its iterations give.
/// Reports into `diagnostics` what is wrong with a loop; such a loop gives nothing.
void expand_loops(
    data::Value& value,
    const Parameters& parameters,
    base::Diagnostics& diagnostics,
    const LoopNames& names = {},
    const LoopLimits& limits = {});

/// Whether the template asks for AWS::LanguageExtensions.
bool has_language_extensions(const data::Map& document);

/// The loops of a whole template, where it asks for AWS::LanguageExtensions.
void expand_template_loops(
    data::Value& document, const Options& options, base::Diagnostics& diagnostics);

} // namespace samara::transform
