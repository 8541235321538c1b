#pragma once

#include "base/error.h"
#include "engine/engine.h"
#include "engine/guest/held_output.h"
#include "engine/sandbox/bubblewrap.h"
#include "engine/sandbox/control_group.h"
#include "engine/sandbox/isolated_network.h"
#include "engine/sandbox/memory_guard.h"
#include "os/cancellation.h"
#include "os/process.h"
#include "os/temp_dir.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace samara::engine::sandbox {

/// What a sandbox consists of before it runs.
struct Parts {
    os::TempDir folder; ///< its name is the sandbox's id
    std::filesystem::path socket;
    Bubblewrap bubblewrap;
    std::vector<std::string> command;
    std::vector<os::ResourceLimit> limits;
    std::optional<ControlGroup> group;
    os::UniqueFd ready;    ///< read end: a byte when samara-rie listens
    os::UniqueFd lifeline; ///< open as long as this process lives: its end is the sandbox's
    bool connect = false;  ///< to the outside, from a network namespace of its own
    std::uint32_t memory_mb = 0;
    std::uint32_t processes =
        1024; ///< 0: any number; applied by RLIMIT_NPROC where there is no group
};

/// A running sandbox. A thread of its own starts bwrap (which dies with that thread) and passes
/// output on.
class SandboxEnvironment final : public Environment {
public:
    static base::Result<std::unique_ptr<Environment>>
    start(Parts parts, OutputSink output, const os::Cancellation& cancel);

    SandboxEnvironment(const SandboxEnvironment&) = delete;
    SandboxEnvironment& operator=(const SandboxEnvironment&) = delete;
    SandboxEnvironment(SandboxEnvironment&&) = delete;
    SandboxEnvironment& operator=(SandboxEnvironment&&) = delete;
    ~SandboxEnvironment() override;

    [[nodiscard]] const std::string& id() const override { return id_; }

    [[nodiscard]] const Endpoint& endpoint() const override { return endpoint_; }

    [[nodiscard]] bool alive() const override { return alive_; }

    void kill() noexcept override;

    [[nodiscard]] std::string end_reason() const override;

private:
    SandboxEnvironment(Parts parts, OutputSink output);

    base::Result<void> launch(const os::Cancellation& cancel);
    base::Result<void> watch_first_process(int info, int gate, const os::Cancellation& cancel);
    void run(const os::Command& command);
    void note_end(const os::ExitStatus& status);
    base::Error start_failure();

    Parts parts_;
    std::optional<MemoryGuard> memory_guard_;
    HeldOutput output_;
    std::string id_;
    Endpoint endpoint_;

    std::atomic<bool> alive_ = true;
    mutable std::mutex mutex_; ///< of how it has ended
    std::string end_reason_;
    std::string end_hint_; ///< where it could not be started

    std::optional<IsolatedNetwork> network_;
    os::UniqueFd first_process_; ///< pidfd of the sandbox's process 1
    os::Cancellation stop_;
    os::Cancellation ended_;
    std::thread thread_;
};

} // namespace samara::engine::sandbox
