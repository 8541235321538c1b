#pragma once

#include "cloud/logs/log_puller.h"
#include "cloud/logs/puller.h"

/// Traces and service graphs of X-Ray. Private to logs/.
namespace samara::cloud {

/// One for the traces that are complete, one for the graphs of their services. Both look at all of
/// the query's time again, since X-Ray learns of a trace late, and give what they have not given
/// yet.
void add_trace_pullers(
    Pullers& pullers,
    aws_client::Session& session,
    const LogQuery& query,
    const LogReceiver& receive);

} // namespace samara::cloud
