#pragma once

#include "aws_client/cloudformation.h"

#include <chrono>
#include <string>
#include <vector>

namespace samara::cloud {

/// Where a failed operation began.
struct FirstCause {
    std::string logical_id; ///< path through nested stacks, "Child/Table"
    std::string type;
    std::string status;
    std::string reason;
    std::vector<std::string>
        log; ///< the last lines of the function behind it, where they may be read
};

/// The first resource that failed after `since`, nested stacks looked into; nothing found: empty
/// logical id.
FirstCause find_first_cause(
    aws_client::Session& session,
    const std::string& stack,
    std::chrono::system_clock::time_point since);

} // namespace samara::cloud
