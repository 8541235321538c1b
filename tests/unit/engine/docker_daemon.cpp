#include "unit/engine/docker_daemon.h"

#include "engine/docker/container_body.h"
#include "engine/docker/images.h"
#include "engine/guest/guest.h"
#include "net/http_client.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/owner.h"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace samara::engine::docker {

std::uint16_t free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
    ::close(socket);
    return ntohs(address.sin_port);
}

void DockerDaemon::SetUp() {
    const bool required = os::variable("SAMARA_REQUIRE_DOCKER") == "1";
    auto api = Api::connect(current_lookup(), cancel_);
    if (!api) {
        ASSERT_FALSE(required) << api.error().message;
        GTEST_SKIP() << api.error().message;
    }
    api_ = *api;
    images_ = make_image_store(api_, current_lookup());
    if (!images_->inspect(python_image, cancel_).value()) {
        ASSERT_FALSE(required) << python_image << " is missing";
        GTEST_SKIP() << python_image << " is missing: scripts/stand-in-images makes it";
    }
    std::filesystem::create_directory(context());
}

void DockerDaemon::TearDown() {
    if (api_) {
        EXPECT_TRUE(own_containers().empty());
    }
    for (const std::string& image : images_to_remove_) {
        EXPECT_TRUE(images_->remove(image, {})) << image;
    }
}

std::unique_ptr<Engine> DockerDaemon::make_engine() {
    Options options;
    options.lookup = current_lookup();
    options.emulator = [](std::string_view architecture) {
        return architecture == "x86_64" ? emulator() : std::string_view();
    };
    options.lock_folder = dir_.path() / "locks";
    options.log = base::Log([this](base::LogLevel, std::string_view line) {
        const std::lock_guard guard(mutex_);
        log_ += fmt::format("{}\n", line);
    });
    auto engine = docker::make_engine(std::move(options), cancel_);
    EXPECT_TRUE(engine) << (engine ? "" : engine.error().message);
    return engine ? std::move(*engine) : nullptr;
}

EnvironmentSpec DockerDaemon::python(std::string_view source) {
    const auto code = dir_.path() / fmt::format("code{}", ++functions_);
    EXPECT_TRUE(os::make_folders(code));
    EXPECT_TRUE(os::write_file_atomically(code / "app.py", source));
    EnvironmentSpec spec;
    spec.function = "Function";
    spec.runtime = "python3.11";
    spec.package = ZipPackage{code};
    spec.environment = {
        {"_HANDLER", "app.handler"},
        {"AWS_LAMBDA_FUNCTION_NAME", "Function"},
        {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"},
        {"AWS_LAMBDA_FUNCTION_TIMEOUT", "20"}};
    spec.invoke_image = python_image;
    spec.image_check.skip_pull = true;
    return spec;
}

EnvironmentSpec DockerDaemon::image_function(const std::string& tag) {
    EnvironmentSpec spec = python("");
    spec.runtime.clear();
    spec.invoke_image.clear();
    spec.environment.erase("_HANDLER");
    spec.package = ImagePackage{.image = tag};
    return spec;
}

base::Result<void>
DockerDaemon::build(const std::string& tag, std::string_view dockerfile, std::string* output) {
    EXPECT_TRUE(os::write_file_atomically(context() / "Dockerfile", dockerfile));
    return build_image(
        *images_,
        {.context = context(),
         .tag = tag,
         .output =
             [&](std::string_view text) {
                 if (output != nullptr) {
                     *output += text;
                 }
             }},
        cancel_);
}

std::unique_ptr<Environment> DockerDaemon::start(Engine& engine, const EnvironmentSpec& spec) {
    auto environment = engine.start(spec, sink_, cancel_);
    EXPECT_TRUE(environment) << (environment ? "" : base::to_string(environment.error()));
    return environment ? std::move(*environment) : nullptr;
}

Answer DockerDaemon::invoke(const Environment& environment, std::string payload) {
    const auto& address = std::get<TcpEndpoint>(environment.endpoint());
    net::HttpClient client(net::TcpAddress{address.host, address.port});
    const auto answer = client.send(
        {.method = "POST",
         .target = "/2015-03-31/functions/function/invocations",
         .body = std::move(payload)});
    if (!answer) {
        return {0, answer.error().message, {}};
    }
    const std::string* error = net::find_header(answer->headers, "X-Amz-Function-Error");
    return {answer->status, answer->body, error != nullptr ? *error : ""};
}

Answer DockerDaemon::run(const EnvironmentSpec& spec, std::string payload) {
    const auto engine = make_engine();
    const auto environment = engine ? start(*engine, spec) : nullptr;
    return environment ? invoke(*environment, std::move(payload)) : Answer{};
}

std::vector<std::string> DockerDaemon::containers(const std::string& label) {
    const auto list = api_->call_json(
        {.path = "/containers/json",
         .query = {{"all", "1"}, {"filters", fmt::format(R"({{"label":["{}"]}})", label)}}},
        "listing",
        {});
    std::vector<std::string> ids;
    for (const data::Value& container : *list.value().as_list()) {
        ids.emplace_back(container.find("Id")->text());
    }
    return ids;
}

std::vector<std::string> DockerDaemon::own_containers() {
    return containers(fmt::format("{}={}", owner_label, os::to_string(os::this_process())));
}

std::string DockerDaemon::output() {
    const std::lock_guard guard(mutex_);
    return output_;
}

std::string DockerDaemon::log() {
    const std::lock_guard guard(mutex_);
    return log_;
}

} // namespace samara::engine::docker
