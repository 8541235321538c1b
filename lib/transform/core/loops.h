#pragma once

#include "base/error.h"
#include "data/value.h"
#include "transform/core/parameters.h"
#include "transform/transform.h"

/// The loops of AWS::LanguageExtensions.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html
namespace samara::transform {

inline constexpr std::string_view loop_prefix = "Fn::ForEach";

struct LoopLimits {
    std::size_t depth = 5;          ///< loops inside each other
    std::size_t items = 100;        ///< of one collection
    std::size_t iterations = 10000; ///< of all loops together
};

/// Replaces every Fn::ForEach::<name> in `value`, at any depth, by what its iterations give.
/// Reports into `diagnostics` what is wrong with a loop; such a loop gives nothing.
void expand_loops(
    data::Value& value,
    const Parameters& parameters,
    base::Diagnostics& diagnostics,
    const LoopLimits& limits = {});

/// The loops of a whole template, where it asks for AWS::LanguageExtensions.
void expand_template_loops(
    data::Value& document, const Options& options, base::Diagnostics& diagnostics);

} // namespace samara::transform
