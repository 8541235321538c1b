#pragma once

#include "aws_client/session.h"
#include "base/log.h"
#include "cloud/time/natural_time.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

/// Events of log groups, as they come.
namespace samara::cloud {

struct LogQuery {
    std::vector<std::string> groups;
    Moment begin;
    std::optional<Moment> end;
    std::string pattern; ///< of CloudWatch Logs; may be empty
    bool follow = false; ///< goes on until it is cancelled, or nothing has come for long
};

/// Gets an event as the API has it: logStreamName, timestamp, message and others. From several
/// threads, but never two at once.
using LogReceiver = std::function<void(const data::Value& event)>;

/// All groups at once. A group that is not there has no events. Being cancelled is how following
/// ends, and no failure then.
aws_client::AwsResult<void> pull_logs(
    aws_client::Session& session,
    const LogQuery& query,
    const LogReceiver& receive,
    const base::Log& log);

} // namespace samara::cloud
