#pragma once

#include "rie/caller.h"
#include "rie/host.h"
#include "rie/platform_log.h"

#include <optional>
#include <string>

namespace samara::rie {

class Emulator;

/// One call of the function.
struct Invocation {
    std::string payload;
    std::string request_id;       ///< empty: one is made
    std::string trace_id;         ///< X-Amzn-Trace-Id; empty: one is made
    std::string client_context;   ///< JSON, already decoded
    std::string tenant_id;        ///< of a function with tenant isolation; empty: none
    std::string cognito_identity; ///< JSON
    std::string qualifier;        ///< version or alias that was asked for; empty: none
    bool tail_log = false;        ///< X-Amz-Log-Type: Tail
    bool streamed = false;        ///< pass a streamed response on as it comes
    Caller caller;
};

/// What went wrong in an environment.
struct Failure {
    Status status = Status::failure;
    std::string type;
    std::string message;
};

/// The call that goes on, and the one owner of what belongs to it: its caller and its outcome. The
/// emulator's phase holds it. A connection that brings the answer holds a weak handle: when the
/// call is over, so is that connection's way to it.
struct Call {
    Call(Emulator& of, Invocation from) : emulator(of), invocation(std::move(from)) {}

    Emulator& emulator; ///< lives as long as the call does: it owns it
    Invocation invocation;
    std::string id;
    SteadyTime began;
    WallTime deadline;
    bool started = false;   ///< START is written
    bool delivered = false; ///< the runtime has the event
    bool done = false;      ///< the outcome below is there
    std::string payload;
    std::string function_error; ///< X-Amz-Function-Error
    Status status = Status::success;
    std::string error_type;
    double response_ms = 0;
    std::size_t produced = 0;

    /// A stream whose runtime ended, or that the runtime broke off: the one is followed by the
    /// other, and by what is still under way, in no certain order.
    bool stream_broken = false;
    std::optional<Failure> runtime_end;
};

} // namespace samara::rie
