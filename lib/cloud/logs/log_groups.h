#pragma once

#include "aws_client/session.h"
#include "base/log.h"

#include <string>
#include <vector>

/// Which log groups the resources of a stack write to.
namespace samara::cloud {

struct LogSources {
    std::string stack;               ///< may be empty
    std::vector<std::string> names;  ///< logical ids, "Nested/Logical"; none: all that have logs
    std::vector<std::string> groups; ///< named by the user
};

/// Every group once. What has none, or is not there, is a warning; nothing at all an error.
aws_client::AwsResult<std::vector<std::string>>
find_log_groups(aws_client::Session& session, const LogSources& sources, const base::Log& log);

} // namespace samara::cloud
