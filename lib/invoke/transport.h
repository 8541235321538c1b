#pragma once

#include "base/error.h"
#include "base/task.h"
#include "engine/engine.h"
#include "invoke/invocation.h"
#include "os/cancellation.h"

#include <chrono>
#include <memory>

namespace samara::invoke {

/// A connection to one environment's emulator, kept open from call to call.
class Transport {
public:
    Transport() = default;
    Transport(const Transport&) = delete;
    Transport& operator=(const Transport&) = delete;
    Transport(Transport&&) = delete;
    Transport& operator=(Transport&&) = delete;
    virtual ~Transport() = default;

    /// Waits on this thread. Returns when a call would begin at once: the init phase has ended,
    /// well or not. Fails as invoke() does. By default an environment is always so.
    virtual base::Result<void>
    settle(std::chrono::milliseconds /*timeout*/, const os::Cancellation& /*cancel*/) {
        return {};
    }

    /// One invocation. Fails when the emulator cannot be reached or does not answer within
    /// `timeout` (longer than the function's own timeout, which the emulator keeps).
    virtual base::Task<base::Result<Response>>
    invoke(Request request, std::chrono::milliseconds timeout, const os::Cancellation& cancel) = 0;
};

/// HTTP: POST /2015-03-31/functions/function/invocations.
std::unique_ptr<Transport> connect_transport(const engine::Endpoint& endpoint);

} // namespace samara::invoke
