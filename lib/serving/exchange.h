#pragma once

#include "invoke/call_trace.h"
#include "net/http_message.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// Requests and their answers, for who looks at them later.
namespace samara::serving {

/// The calls of functions that one request has led to, in their order.
using CallTraces = std::vector<std::shared_ptr<invoke::CallTrace>>;

/// Whoever can serve a request once more.
class Replayer {
public:
    Replayer() = default;
    Replayer(const Replayer&) = delete;
    Replayer& operator=(const Replayer&) = delete;
    Replayer(Replayer&&) = delete;
    Replayer& operator=(Replayer&&) = delete;
    virtual ~Replayer() = default;

    /// As though it came again: same routes, same protection. Gives the id of its record, which
    /// says that it is a replay of `original`. Waits for the answer.
    virtual std::uint64_t replay(net::HttpRequest request, std::uint64_t original) = 0;
};

/// A request that has been answered.
struct Exchange {
    net::HttpRequest request;
    std::chrono::system_clock::time_point time;
    std::chrono::microseconds duration{0}; ///< all of it
    std::string route;                     ///< "GET /users/{id}"; empty: it has none
    std::string api;                       ///< logical id of the API
    std::string error;                     ///< what the client is not told; may be empty
    int status = 0;
    net::HttpHeaders response_headers;
    invoke::KeptText response_body;
    CallTraces calls;
    std::uint64_t replay_of = 0; ///< 0: it came from a client
    std::weak_ptr<Replayer> replayer;
};

/// Takes what has been answered. Called from many threads at once.
class Recorder {
public:
    Recorder() = default;
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;
    Recorder(Recorder&&) = delete;
    Recorder& operator=(Recorder&&) = delete;
    virtual ~Recorder() = default;

    /// Gives the id of the record, from 1.
    virtual std::uint64_t add(Exchange exchange) = 0;
};

/// A trace of the call of `request`, which is to be made, added to `traces`; nothing without them.
inline void trace_call(CallTraces* traces, invoke::Request& request) {
    if (traces != nullptr) {
        request.trace = traces->emplace_back(std::make_shared<invoke::CallTrace>(request));
    }
}

} // namespace samara::serving
