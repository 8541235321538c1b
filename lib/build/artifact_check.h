#pragma once

#include "base/error.h"
#include "base/log.h"
#include "build/artifact.h"
#include "build/definition.h"
#include "build/state.h"

#include <filesystem>
#include <string>
#include <vector>

namespace samara::build {

/// Looks through what a workflow has made and tells which native files are for another processor.
base::Result<Size>
check_artifact(const Run& run, const Definition& definition, const std::filesystem::path& root);

struct NamedSize {
    std::string id;
    Size size;
};

/// Tells where a function with its layers is larger than Lambda takes, and where its archive is too
/// large for an upload without S3. `all`: the function's own first.
/// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
void report_size(
    const std::string& function, const std::vector<NamedSize>& all, const base::Log& log);

} // namespace samara::build
