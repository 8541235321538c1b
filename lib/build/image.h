#pragma once

#include "build/build.h"

#include <vector>

namespace samara::build {

/// An image and the functions that run it; it is tagged for the first.
struct ImageJob {
    ImageBuild image;
    std::vector<std::string> logical_ids;
    base::Location where;
    Recipe recipe;
};

/// The images of a request. Functions with the same Dockerfile, context, arguments and architecture
/// share one. A function without Metadata.Dockerfile is left out: its image comes from elsewhere.
/// One whose context or Dockerfile is missing is a failure.
std::vector<ImageJob>
image_jobs(const Request& request, const base::Log& log, std::vector<Failure>& failures);

} // namespace samara::build
