#pragma once

#include "app/build.h"
#include "app/load/application.h"
#include "build/build.h"

#include <string>
#include <vector>

namespace samara::app {

/// What is to be built of an application, stacks nested in it included.
struct BuildPlan {
    build::Request request;
    /// What cannot even be tried: functions and stacks that are not understood.
    std::vector<build::Failure> failures;
};

/// All of it, or the function or layer that the options name with the layers it uses. Code that is
/// in S3 and inline code are left out. Fails when there is no function or layer of that name.
base::Result<BuildPlan>
plan_build(Application& application, const BuildOptions& options, const base::Log& log);

} // namespace samara::app
