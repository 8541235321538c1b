#pragma once

#include "gateway/route/model.h"
#include "gateway/route/socket_client.h"
#include "serving/exchange.h"

#include <chrono>
#include <string>
#include <string_view>

namespace samara::gateway {

/// A handshake, a message or an end on its way to a recorder, as what passes an HTTP API is: a
/// method CONNECT, MESSAGE or DISCONNECT of the API's stage. Such a one is not sent again, for
/// there may be no connection any more.
class SocketRecord {
public:
    /// `recorder`: nullptr: nothing is noted. `key` is the route's.
    SocketRecord(
        serving::Recorder* recorder,
        const Api& api,
        std::string_view key,
        net::HttpHeaders headers,
        std::string_view message);

    /// Those of its calls; nullptr: nobody wants them.
    serving::CallTraces* traces() { return recorder_ == nullptr ? nullptr : &exchange_.calls; }

    void end(int status, std::string_view reply, std::string_view error = {});

private:
    serving::Recorder* recorder_;
    serving::Exchange exchange_;
    std::chrono::steady_clock::time_point begin_;
};

} // namespace samara::gateway
