#pragma once

#include "engine/engine.h"
#include "engine/sandbox/sandbox_engine.h"
#include "os/temp_dir.h"
#include "unit/engine/eventually.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace samara::engine::sandbox {

/// Sandboxes with a probe in the place of samara-rie: it runs Python that a test sends through the
/// endpoint's socket and answers with what that leaves in `answer` (or with the traceback).
class SandboxProbe : public testing::Test {
protected:
    SandboxProbe();

    /// Its warnings go to `warnings_`.
    std::unique_ptr<Engine> make_engine(bool control_groups = true);

    /// A python function with its code in `code_`.
    [[nodiscard]] EnvironmentSpec spec() const;

    /// Starts it; its output goes to `output()`.
    std::unique_ptr<Environment> start(const EnvironmentSpec& spec);

    static std::string ask(const Environment& environment, std::string_view python);

    std::string output();

    /// What the process with this text in its command line is; empty when there is none.
    static std::vector<pid_t> processes_with(std::string_view text);

    os::TempDir dir_ = os::TempDir::create("test").value();
    std::filesystem::path code_ = dir_.path() / "code";
    std::vector<std::string> warnings_;
    std::unique_ptr<Engine> engine_ = make_engine();
    os::Cancellation cancel_;

private:
    std::mutex mutex_;
    std::string output_;
};

} // namespace samara::engine::sandbox
