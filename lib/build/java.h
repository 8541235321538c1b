#pragma once

#include "build/workflow.h"

#include <filesystem>
#include <string_view>

/// What the workflows for Java share.
namespace samara::build {

/// The project's own wrapper ("gradlew", "mvnw") in `folder`, else the program. Fails with how to
/// get it.
base::Result<std::filesystem::path> wrapper_or_tool(
    const WorkflowInput& input,
    const std::filesystem::path& folder,
    std::string_view wrapper,
    std::string_view program,
    std::string_view how_to_get_it);

base::Result<void> build_java_maven(const WorkflowInput& input);
base::Result<void> build_java_gradle(const WorkflowInput& input);

} // namespace samara::build
