#pragma once

#include "aws/lambda_limits.h"

#include <chrono>

namespace samara::engine {

/// How long an environment may take that is asked to end: what Lambda gives extensions, which
/// samara-rie keeps to, and the end of the processes.
inline constexpr std::chrono::milliseconds stop_limit =
    aws::LambdaLimits().shutdown + std::chrono::milliseconds(500);

} // namespace samara::engine
