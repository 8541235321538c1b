#pragma once

#include "base/error.h"
#include "data/value.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace samara::model {

/// AWS::CloudFormation::Stack or AWS::Serverless::Application.
bool is_nested_stack(std::string_view resource_type);

/// A stack inside a stack whose template is a local file, intrinsics resolved.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
struct NestedStack {
    std::string location; ///< TemplateURL or Location as written, relative to the template
    base::Location where;
    std::map<std::string, std::string> parameters; ///< a list is joined with commas
};

/// Nothing for a template that is elsewhere (S3, the Serverless Application Repository) or that
/// cannot be understood; then the reason is in `diagnostics`.
std::optional<NestedStack> read_nested_stack(
    const std::string& logical_id, const data::Value& resource, base::Diagnostics& diagnostics);

} // namespace samara::model
