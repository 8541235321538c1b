#pragma once

#include "engine/docker/api.h"
#include "engine/docker/build_image.h"
#include "engine/docker/docker_engine.h"
#include "os/temp_dir.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace samara::engine::docker {

struct Answer {
    int status = 0;
    std::string payload;
    std::string function_error;
};

/// A port of 127.0.0.1 that nobody listens on: for what must be named before it runs.
std::uint16_t free_port();

/// Tests against the Docker API that answers on this machine and the stand-in images. Where there
/// is none they are skipped, unless SAMARA_REQUIRE_DOCKER=1 says that they must run.
class DockerDaemon : public testing::Test {
protected:
    static constexpr const char* python_image = "samara-test/lambda/python:3.11";

    void SetUp() override;
    void TearDown() override; ///< no container of this process may be left

    std::unique_ptr<Engine> make_engine();

    /// A Python function in the stand-in image; the handler is app.handler.
    EnvironmentSpec python(std::string_view source);

    /// An Image function whose Dockerfile stands on the stand-in image. Removed with the test.
    EnvironmentSpec image_function(const std::string& tag);

    /// Builds `tag` from a Dockerfile and files of the context.
    base::Result<void>
    build(const std::string& tag, std::string_view dockerfile, std::string* output = nullptr);

    std::filesystem::path context() const { return dir_.path() / "context"; }

    std::unique_ptr<Environment> start(Engine& engine, const EnvironmentSpec& spec);
    static Answer invoke(const Environment& environment, std::string payload = "{}");
    Answer run(const EnvironmentSpec& spec, std::string payload = "{}");

    /// Removes the image when the test ends.
    void remove_later(std::string image) { images_to_remove_.push_back(std::move(image)); }

    /// Ids of the containers that have this label.
    std::vector<std::string> containers(const std::string& label);
    std::vector<std::string> own_containers();

    std::string output();
    std::string log();

    os::TempDir dir_ = std::move(*os::TempDir::create("docker-test"));
    os::Cancellation cancel_;
    std::shared_ptr<Api> api_;
    std::shared_ptr<image::ImageStore> images_;
    OutputSink sink_ = [this](std::string_view bytes) {
        const std::lock_guard guard(mutex_);
        output_ += bytes;
    };

private:
    std::mutex mutex_;
    std::string output_;
    std::string log_;
    std::vector<std::string> images_to_remove_;
    int functions_ = 0;
};

} // namespace samara::engine::docker
