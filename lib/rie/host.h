#pragma once

#include "base/error.h"
#include "rie/settings.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the emulator needs of the machine it runs on. The real one is asio_host.h; tests hand in
/// one with a clock of their own and no processes.
namespace samara::rie {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;
using ProcessId = int;

struct ProcessEnd {
    int code = 0;
    int signal = 0; ///< 0 when it exited by itself
    bool out_of_memory = false;
};

class Host {
public:
    Host() = default;
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    Host(Host&&) = delete;
    Host& operator=(Host&&) = delete;
    virtual ~Host() = default;

    [[nodiscard]] virtual SteadyTime now() const = 0;
    [[nodiscard]] virtual WallTime wall_time() const = 0;

    /// Starts the runtime, or an extension.
    virtual base::Result<ProcessId> start_runtime() = 0;
    virtual base::Result<ProcessId> start_extension(const std::string& path) = 0;

    /// SIGTERM to one process and its group.
    virtual void terminate(ProcessId process) = 0;

    /// SIGKILL to everything that was started and to what they started, and waits until it is gone.
    /// HostEvents::on_exit is not called for these.
    virtual void kill_all() = 0;

    /// Hands over everything the processes have written until now (HostEvents::on_output).
    virtual void drain_output() = 0;

    /// HostEvents::on_timer at that time; replaces the former one.
    virtual void set_timer(SteadyTime when) = 0;
    virtual void clear_timer() = 0;

    /// To the environment's log (standard error of the emulator).
    virtual void write_log(std::string_view bytes) = 0;

    /// The same together with what is written next, a few milliseconds later at the latest.
    virtual void write_log_soon(std::string_view bytes) = 0;

    /// Most memory the function has had in use at a time so far, in bytes.
    virtual std::uint64_t peak_memory() = 0;

    /// The executable files of the extensions folder, by name.
    virtual std::vector<std::string> extension_programs() = 0;

    /// Ends the emulator once what was replied has been sent.
    virtual void stop() = 0;
};

/// What the machine tells the emulator.
class HostEvents {
public:
    HostEvents() = default;
    HostEvents(const HostEvents&) = delete;
    HostEvents& operator=(const HostEvents&) = delete;
    HostEvents(HostEvents&&) = delete;
    HostEvents& operator=(HostEvents&&) = delete;
    virtual ~HostEvents() = default;

    virtual void on_exit(ProcessId process, const ProcessEnd& end) = 0;
    virtual void on_output(ProcessId process, std::string_view bytes) = 0;
    virtual void on_timer() = 0;
};

} // namespace samara::rie
