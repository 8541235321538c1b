#pragma once

#include "rie/host.h"

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace samara::rie {

/// The machine itself, seen from one event loop: processes, pipes, timers.
class AsioHost final : public Host {
public:
    AsioHost(boost::asio::io_context& context, const Settings& settings, Variables variables);
    AsioHost(const AsioHost&) = delete;
    AsioHost& operator=(const AsioHost&) = delete;
    AsioHost(AsioHost&&) = delete;
    AsioHost& operator=(AsioHost&&) = delete;
    ~AsioHost() override; ///< kills what still runs

    /// What AWS_LAMBDA_RUNTIME_API says, known once the server listens.
    void set_runtime_api(std::string address);

    /// Before anything is started. `stopped` is called once by stop().
    void connect(HostEvents& events, std::function<void()> stopped);

    [[nodiscard]] SteadyTime now() const override;
    [[nodiscard]] WallTime wall_time() const override;
    base::Result<ProcessId> start_runtime() override;
    base::Result<ProcessId> start_extension(const std::string& path) override;
    void terminate(ProcessId process) override;
    void kill_all() override;
    void drain_output() override;
    void set_timer(SteadyTime when) override;
    void clear_timer() override;
    void write_log(std::string_view bytes) override;
    void write_log_soon(std::string_view bytes) override;
    std::uint64_t peak_memory() override;
    std::vector<std::string> extension_programs() override;
    void stop() override;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace samara::rie
