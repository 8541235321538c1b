#pragma once

#include "base/error.h"
#include "data/value.h"
#include "transform/transform.h"

#include <string>
#include <string_view>

namespace samara::transform {

/// What the transform knows of parameters and mappings before deployment. Only some properties are
/// resolved (AWS's transform passes everything else on to CloudFormation as it is written).
class Parameters {
public:
    /// Views of the sections, which must outlive this; nullptr where there is none.
    Parameters(
        const data::Value* parameters,
        const data::Value* mappings,
        const Options& options,
        std::string_view partition);

    /// The value of a parameter or of AWS::Region, AWS::Partition; nullptr when it is not known.
    [[nodiscard]] const data::Value* find(std::string_view name) const {
        return values_.find(name);
    }

    /// `value` with every Ref, Fn::Sub and Fn::FindInMap of what is known replaced, at any depth.
    [[nodiscard]] data::Value resolve(const data::Value& value) const;

    /// As resolve, but Ref and Fn::Sub alone.
    [[nodiscard]] data::Value resolve_references(const data::Value& value) const;

    /// As resolve_references, but a value that is itself a Ref stays one: what AWS's transform
    /// leaves of a value that it has looked up.
    [[nodiscard]] data::Value resolve_below(const data::Value& value) const;

private:
    [[nodiscard]] data::Value resolve(const data::Value& value, bool mappings) const;
    [[nodiscard]] std::string substitute(std::string_view text) const;
    [[nodiscard]] const data::Value* look_up(const data::Value& argument) const;

    data::Map values_;
    const data::Map* mappings_ = nullptr;
};

} // namespace samara::transform
