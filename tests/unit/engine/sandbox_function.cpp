#include "unit/engine/sandbox_function.h"

#include "engine/select.h"
#include "net/http_client.h"
#include "os/file.h"

namespace samara::engine::sandbox {

SandboxFunction::SandboxFunction() {
    auto engine = select_engine(EngineOptions{"sandbox"}, {}, cancel_);
    EXPECT_TRUE(engine) << (engine ? "" : engine.error().message);
    engine_ = engine ? std::move(*engine) : nullptr;
}

EnvironmentSpec
SandboxFunction::function(std::string_view runtime, std::string_view file, std::string_view text) {
    const auto code = dir_.path() / std::to_string(++functions_);
    EXPECT_TRUE(os::make_folders(code));
    EXPECT_TRUE(os::write_file_atomically(code / file, text, 0755));
    EnvironmentSpec spec;
    spec.function = "Function";
    spec.runtime = runtime;
    spec.handler = "app.handler";
    spec.package = ZipPackage{code};
    spec.timeout_seconds = 10;
    spec.environment = {
        {"_HANDLER", "app.handler"},
        {"AWS_LAMBDA_FUNCTION_NAME", "Function"},
        {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"},
        {"AWS_LAMBDA_FUNCTION_TIMEOUT", "10"}};
    return spec;
}

EnvironmentSpec SandboxFunction::python(std::string_view source) {
    return function("python3.11", "app.py", source);
}

EnvironmentSpec SandboxFunction::nodejs(std::string_view source) {
    return function("nodejs20.x", "app.js", source);
}

EnvironmentSpec SandboxFunction::provided(std::string_view script) {
    return function("provided.al2023", "bootstrap", script);
}

std::unique_ptr<Environment> SandboxFunction::start(const EnvironmentSpec& spec) {
    auto environment = engine_->start(
        spec,
        [this](std::string_view bytes) {
            const std::lock_guard guard(mutex_);
            output_ += bytes;
        },
        cancel_);
    EXPECT_TRUE(environment) << (environment ? "" : base::to_string(environment.error()));
    return environment ? std::move(*environment) : nullptr;
}

Answer SandboxFunction::invoke(const Environment& environment, std::string payload) {
    net::HttpClient client(
        net::UnixAddress{std::get<UnixEndpoint>(environment.endpoint()).socket.string()});
    net::ClientRequest request;
    request.method = "POST";
    request.target = "/2015-03-31/functions/function/invocations";
    request.body = std::move(payload);
    const auto response = client.send(request);
    if (!response) {
        return {0, response.error().message, {}};
    }
    const std::string* error = net::find_header(response->headers, "X-Amz-Function-Error");
    return {response->status, response->body, error == nullptr ? std::string() : *error};
}

Answer SandboxFunction::run(const EnvironmentSpec& spec, std::string payload) {
    const auto environment = start(spec);
    return environment ? invoke(*environment, std::move(payload)) : Answer{};
}

std::string SandboxFunction::output() {
    const std::lock_guard guard(mutex_);
    return output_;
}

} // namespace samara::engine::sandbox
