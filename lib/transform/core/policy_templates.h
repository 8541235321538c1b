#pragma once

#include "data/value.h"
#include "transform/core/resource.h"

#include <optional>
#include <string_view>
#include <vector>

namespace samara::transform {

/// The policy templates of schemas/transform/policy_templates.json, parsed at first use.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html
class PolicyTemplates {
public:
    [[nodiscard]] bool contains(std::string_view name);
    [[nodiscard]] std::vector<std::string_view> names();

    /// The policy document of the template `call.key` with the parameters `call.value`; nothing
    /// when (an error of `properties`) one is missing. Parameters it does not have are ignored.
    std::optional<data::Value> fill(const Properties& properties, const data::Entry& call);

private:
    const data::Map& table();

    data::Value table_;
};

} // namespace samara::transform
