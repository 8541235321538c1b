#pragma once

#include "base/error.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What CloudFormation knows of resource types: schemas/transform/cloudformation.xz, which
/// scripts/cloudformation-table writes and describes.
namespace samara::transform {

struct CloudFormationProperty {
    std::string_view name;
    bool required = false;
    std::string_view kind;                ///< as the table writes it: "s", "[12", "j"
    std::vector<std::string_view> values; ///< allowed ones of the strings in it; empty: any
};

/// A resource type, or a kind of object that properties are of.
struct CloudFormationObject {
    std::vector<CloudFormationProperty> properties; ///< in alphabetical order
    std::vector<std::string_view> attributes;       ///< of Fn::GetAtt; of resource types

    [[nodiscard]] const CloudFormationProperty* find(std::string_view name) const;
};

/// The table, unpacked. Takes some 30 ms to make: for those that check, not for those that run.
class CloudFormationTypes {
public:
    static base::Result<CloudFormationTypes> load();

    /// Nothing for a type that CloudFormation does not have of its own.
    [[nodiscard]] std::optional<CloudFormationObject> resource(std::string_view type) const;

    /// By the number in a kind.
    [[nodiscard]] CloudFormationObject object(std::string_view number) const;

    /// The type that is most likely meant, or empty.
    [[nodiscard]] std::string_view nearest(std::string_view type) const;

private:
    struct Slice {
        std::string_view attributes;
        std::string_view lines;
    };

    [[nodiscard]] static CloudFormationObject parse(const Slice& slice);

    std::unique_ptr<const std::string> text_; // where it stays when this is moved
    std::map<std::string_view, Slice> objects_;
};

/// Whether anybody may define the type, or it takes any property.
bool takes_anything(std::string_view type);

} // namespace samara::transform
