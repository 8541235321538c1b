#pragma once

#include "base/error.h"
#include "engine/docker/containers.h"
#include "engine/engine.h"
#include "engine/guest/held_output.h"
#include "os/cancellation.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace samara::engine::docker {

/// A running container. A thread of its own reads what it writes, to the end, and then learns how
/// it ended.
class DockerEnvironment final : public Environment {
public:
    /// Starts the container and returns when its emulator answers, at the latest after
    /// `connection_limit`.
    static base::Result<std::unique_ptr<Environment>> start(
        std::unique_ptr<Container> container,
        const EnvironmentSpec& spec,
        OutputSink output,
        std::chrono::milliseconds connection_limit,
        const os::Cancellation& cancel);

    DockerEnvironment(const DockerEnvironment&) = delete;
    DockerEnvironment& operator=(const DockerEnvironment&) = delete;
    DockerEnvironment(DockerEnvironment&&) = delete;
    DockerEnvironment& operator=(DockerEnvironment&&) = delete;
    ~DockerEnvironment() override;

    [[nodiscard]] const std::string& id() const override { return container_->id(); }

    [[nodiscard]] const Endpoint& endpoint() const override { return endpoint_; }

    [[nodiscard]] bool alive() const override { return alive_; }

    void kill() noexcept override;

    [[nodiscard]] std::string end_reason() const override;

private:
    DockerEnvironment(
        std::unique_ptr<Container> container, OutputSink output, std::uint32_t memory_mb);

    /// The published port; what the engine says of the container, or nothing for the host's
    /// network.
    base::Result<ContainerState>
    find_endpoint(const NetworkSpec& network, const os::Cancellation& cancel);
    base::Result<void>
    wait_until_ready(std::chrono::milliseconds limit, const os::Cancellation& cancel);
    void watch();
    void note_end();
    base::Error start_failure(std::string_view what);

    std::unique_ptr<Container> container_;
    HeldOutput output_;
    std::uint32_t memory_mb_;
    Endpoint endpoint_;

    std::atomic<bool> alive_ = true;
    mutable std::mutex mutex_; ///< of how it has ended
    std::string end_reason_;

    os::Cancellation stop_;  ///< ends the watching
    os::Cancellation ended_; ///< by the watcher: the container has ended
    std::thread watcher_;
};

} // namespace samara::engine::docker
