#pragma once

#include "aws_client/session.h"
#include "base/log.h"
#include "cloud/time/natural_time.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// Events of log groups, and what X-Ray has of the same time, as they come.
namespace samara::cloud {

struct LogQuery {
    std::vector<std::string> groups;
    Moment begin;
    std::optional<Moment> end;
    std::string pattern; ///< of CloudWatch Logs; may be empty
    bool traces = false; ///< of X-Ray, and its service graphs
    bool follow = false; ///< goes on until it is cancelled, or nothing has come for long
};

/// What gets the answers as the API has them. From several threads, but never two at once.
struct LogReceiver {
    /// logStreamName, timestamp, message and others.
    std::function<void(const data::Value& event)> event;
    /// Id, Duration, Segments.
    std::function<void(const data::Value& trace, std::int64_t revision)> trace = {};
    /// StartTime, EndTime, Services.
    std::function<void(const data::Value& graph)> graph = {};
};

/// All groups at once. A group that is not there has no events. Being cancelled is how following
/// ends, and no failure then.
aws_client::AwsResult<void> pull_logs(
    aws_client::Session& session,
    const LogQuery& query,
    const LogReceiver& receive,
    const base::Log& log);

} // namespace samara::cloud
