#pragma once

#include "engine/engine.h"
#include "net/http_message.h"
#include "os/temp_dir.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace samara::engine::sandbox {

struct Answer {
    int status = 0;
    std::string body;
    std::string function_error; ///< X-Amz-Function-Error
};

/// Functions in sandboxes with the real emulator, runtime clients and interpreters.
class SandboxFunction : public testing::Test {
protected:
    SandboxFunction();

    /// A function whose handler is app.handler, with this source in app.py.
    EnvironmentSpec python(std::string_view source);
    /// The same in app.js.
    EnvironmentSpec nodejs(std::string_view source);
    /// With this script as bootstrap.
    EnvironmentSpec provided(std::string_view script);

    std::unique_ptr<Environment> start(const EnvironmentSpec& spec);

    static Answer invoke(const Environment& environment, std::string payload);

    /// Starts the function and invokes it once.
    Answer run(const EnvironmentSpec& spec, std::string payload = "{}");

    std::string output();

    std::unique_ptr<Engine> engine_;
    os::Cancellation cancel_;

private:
    EnvironmentSpec
    function(std::string_view runtime, std::string_view file, std::string_view text);

    os::TempDir dir_ = os::TempDir::create("test").value();
    int functions_ = 0;
    std::mutex mutex_;
    std::string output_;
};

} // namespace samara::engine::sandbox
