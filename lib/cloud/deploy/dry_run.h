#pragma once

#include "data/value.h"

#include <string>
#include <vector>

namespace samara::cloud {

/// How a resource, parameter or output of a template would change.
struct PlannedChange {
    enum class Kind : std::uint8_t { add, modify, remove } kind = Kind::modify;
    std::string section; ///< "Resources", "Outputs"
    std::string logical_id;
    std::string type; ///< of a resource
    bool holds_data = false;

    /// A value inside: "Properties.Timeout", from 3 to 10; a missing side is empty.
    struct Detail {
        std::string path;
        std::string before;
        std::string after;
    };

    std::vector<Detail> details;
};

/// What leads from one CloudFormation template to the other, in the order of the new one.
std::vector<PlannedChange> compare_templates(const data::Value& before, const data::Value& after);

} // namespace samara::cloud
