#include "engine/docker/docker_environment.h"

#include "base/try.h"
#include "engine/docker/container_body.h"
#include "engine/docker/direct_path.h"
#include "engine/guest/stop_limit.h"
#include "net/http_client.h"
#include "os/process.h"
#include "os/wait.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace samara::engine::docker {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto first_pause = 1ms;
constexpr auto longest_pause = 50ms;
constexpr int signal_base = 128; // an exit code above it tells a signal, as in a shell

} // namespace

base::Result<std::unique_ptr<Environment>> DockerEnvironment::start(
    std::unique_ptr<Container> container,
    const EnvironmentSpec& spec,
    OutputSink output,
    std::chrono::milliseconds connection_limit,
    const os::Cancellation& cancel) {
    std::unique_ptr<DockerEnvironment> environment(
        new DockerEnvironment(std::move(container), std::move(output), spec.memory_mb));
    TRY(environment->container_->start(cancel));
    environment->watcher_ = std::thread([self = environment.get()] { self->watch(); });
    TRY_ASSIGN(const auto state, environment->find_endpoint(spec.network, cancel));
    TRY(environment->wait_until_ready(connection_limit, cancel));
    if (spec.network.container_host == NetworkSpec().container_host) { // no other way was named
        if (const auto direct = find_direct_path(state, emulator_port, cancel)) {
            environment->endpoint_ = *direct;
        }
    }
    return environment;
}

DockerEnvironment::DockerEnvironment(
    std::unique_ptr<Container> container, OutputSink output, std::uint32_t memory_mb)
    : container_(std::move(container)), output_(std::move(output)), memory_mb_(memory_mb) {}

DockerEnvironment::~DockerEnvironment() {
    if (!watcher_.joinable()) {
        return;
    }
    if (alive_ && output_.released() && container_->signal("SIGTERM")) {
        os::wait_readable(-1, ended_, Clock::now() + stop_limit);
    }
    if (!ended_.cancelled()) {
        // Its output is complete once it is gone; an engine that does not answer is not waited for.
        if (!container_->remove()) {
            stop_.cancel();
        }
    }
    watcher_.join();
}

void DockerEnvironment::kill() noexcept {
    // The kernel ends with the first process of a container all others, stopped or not.
    static_cast<void>(container_->signal("SIGKILL"));
}

std::string DockerEnvironment::end_reason() const {
    const std::lock_guard guard(mutex_);
    return end_reason_;
}

base::Result<ContainerState>
DockerEnvironment::find_endpoint(const NetworkSpec& network, const os::Cancellation& cancel) {
    if (network.network == "host") {
        endpoint_ = TcpEndpoint{network.container_host, emulator_port};
        return ContainerState();
    }
    TRY_ASSIGN(auto state, container_->inspect(cancel));
    if (state.published_port) {
        endpoint_ = TcpEndpoint{network.container_host, *state.published_port};
        return state;
    }
    if (!state.running) {
        return tl::unexpected(start_failure("the container ended before it answered"));
    }
    return base::fail(
        fmt::format("the network '{}' publishes no port of the container", network.network),
        "choose one with --docker-network that does (docker network ls)");
}

base::Result<void> DockerEnvironment::wait_until_ready(
    std::chrono::milliseconds limit, const os::Cancellation& cancel) {
    const auto deadline = Clock::now() + limit;
    const auto& address = std::get<TcpEndpoint>(endpoint_);
    net::HttpClient client(net::TcpAddress{address.host, address.port});
    std::chrono::milliseconds pause = first_pause;
    // Docker's own proxy takes connections before the emulator does: only an answer tells.
    while (!client.send(
        {.target = "/ping",
         .timeout = limit,
         .time_limit = limit,
         .stop_descriptor = cancel.descriptor()})) {
        if (cancel.cancelled()) {
            return base::fail("cancelled");
        }
        if (!alive_) {
            return tl::unexpected(start_failure("the container ended before it answered"));
        }
        if (Clock::now() >= deadline) {
            base::Error error = start_failure(fmt::format(
                "the container did not answer at {}:{} within {} s",
                address.host,
                address.port,
                std::chrono::duration_cast<std::chrono::seconds>(limit).count()));
            error.hint = "SAM_CLI_CONTAINER_CONNECTION_TIMEOUT sets another limit, in seconds";
            return base::fail(std::move(error));
        }
        os::wait_readable(ended_.descriptor(), cancel, std::min(deadline, Clock::now() + pause));
        pause = std::min<std::chrono::milliseconds>(pause * 2, longest_pause);
    }
    output_.release();
    return {};
}

void DockerEnvironment::watch() {
    // The stream of its output ends with the container, or with a connection that was lost.
    const auto sink = [this](std::string_view bytes) { output_.write(bytes); };
    static_cast<void>(container_->follow_logs(sink, stop_));
    static_cast<void>(container_->wait(stop_));
    note_end();
    alive_ = false;
    ended_.cancel();
}

void DockerEnvironment::note_end() {
    const auto state = container_->inspect(stop_);
    const std::lock_guard guard(mutex_);
    if (!state) {
        end_reason_ = "removed";
    } else if (state->out_of_memory) {
        end_reason_ = fmt::format("killed: out of memory ({} MB)", memory_mb_);
    } else if (!state->error.empty()) {
        end_reason_ = state->error;
    } else if (state->exit_code > signal_base) {
        end_reason_ = os::to_string(os::ExitStatus{.signal = state->exit_code - signal_base});
    } else {
        end_reason_ = os::to_string(os::ExitStatus{.code = state->exit_code});
    }
}

base::Error DockerEnvironment::start_failure(std::string_view what) {
    base::Error error;
    error.message = what;
    for (const std::string& detail : {end_reason(), output_.kept()}) {
        if (!detail.empty()) {
            error.message += fmt::format(": {}", detail);
        }
    }
    return error;
}

} // namespace samara::engine::docker
