#pragma once

#include "base/error.h"
#include "data/value.h"

#include <filesystem>
#include <string>

namespace samara::app {

/// The template to read: `given` when it is not empty, else template.yaml, .yml or .json in
/// `folder`. `prefer_built`: .aws-sam/build/template.yaml comes before those. Fails with what was
/// looked for.
base::Result<std::filesystem::path>
find_template(const std::string& given, const std::filesystem::path& folder, bool prefer_built);

/// Of a template in which there is nothing, or nothing but comments.
base::Error empty_template(const std::string& file);

/// Adds a warning for a template that the CDK has written.
/// https://docs.aws.amazon.com/cdk/v2/guide/usage-data.html
void warn_of_cdk(const data::Value& document, base::Diagnostics& diagnostics);

} // namespace samara::app
