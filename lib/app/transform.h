#pragma once

#include "base/error.h"

#include <optional>
#include <string>
#include <vector>

namespace samara::app {

enum class DocumentFormat : std::uint8_t { json, yaml };

struct TransformArguments {
    std::string template_file;                    ///< empty: the default ones
    std::vector<std::string> parameter_overrides; ///< as typed
    std::string region;                           ///< empty: found as the AWS CLI does
    std::string profile;
    std::string managed_policies; ///< JSON file, policy name to ARN; empty: the built-in table
    DocumentFormat output = DocumentFormat::json;
};

struct Transformed {
    std::string text; ///< empty when there are errors
    base::Diagnostics diagnostics;
};

/// The CloudFormation that a template stands for. Fails when a file cannot be read; what is wrong
/// with the template is in the diagnostics.
base::Result<Transformed> transform_template(const TransformArguments& arguments);

} // namespace samara::app
