#pragma once

#include "gateway/message/log_line.h"
#include "gateway/message/socket_event.h"
#include "serving/access_log.h"
#include "serving/exchange.h"

#include <chrono>
#include <string>
#include <string_view>

namespace samara::gateway {

/// A handshake, a message or an end on its way to a recorder and into the access log, as what
/// passes an HTTP API is: a method CONNECT, MESSAGE or DISCONNECT of the API's stage. Such a one is
/// not sent again, for there may be no connection any more.
class SocketRecord {
public:
    /// `recorder`: nullptr: only the access log is told.
    SocketRecord(
        serving::Recorder* recorder,
        const SocketHappening& happening,
        net::HttpHeaders headers,
        std::string_view message);

    /// Those of its calls; nullptr: nobody wants them.
    serving::CallTraces* traces() { return recorder_ == nullptr ? nullptr : &exchange_.calls; }

    /// What the access log says of it; complete after end().
    serving::AccessRecord& access() { return access_; }

    /// Whether its stage has a format of its own for access logs.
    [[nodiscard]] bool has_format() const { return !api_.access_log_format.empty(); }

    void end(int status, std::string_view reply, std::string_view error = {});

    /// access() with the line that the stage's format makes of it. `event` is the function's.
    serving::AccessRecord& with_line(const std::string& event, const SocketOutcome& outcome);

private:
    serving::Recorder* recorder_;
    const Api& api_;
    serving::Exchange exchange_;
    serving::AccessRecord access_;
    std::chrono::steady_clock::time_point begin_;
};

} // namespace samara::gateway
