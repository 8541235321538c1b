#include "engine/select.h"

#include "base/try.h"
#include "base/usage_error.h"
#include "engine/docker/docker_engine.h"
#include "engine/guest/guest.h"
#include "engine/sandbox/sandbox_engine.h"
#include "os/environment.h"

#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace samara::engine {

namespace {

base::Result<SelectedEngine>
explain(base::Result<std::unique_ptr<Engine>> engine, std::string_view reason) {
    if (!engine) {
        return tl::unexpected(engine.error());
    }
    std::string line = fmt::format("Using the {} engine ({})", (*engine)->name(), reason);
    return SelectedEngine{std::move(*engine), std::move(line), {}};
}

// Seconds, as the AWS SAM CLI has it; what is no number is ignored.
void read_connection_limit(std::chrono::milliseconds& limit) {
    const std::string text =
        os::variable("SAM_CLI_CONTAINER_CONNECTION_TIMEOUT").value_or(std::string());
    unsigned seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc{} && end == text.data() + text.size() && seconds > 0) {
        limit = std::chrono::seconds(seconds);
    }
}

base::Result<std::unique_ptr<Engine>>
make_docker(const base::Log& log, const os::Cancellation& cancel) {
    docker::Options options;
    options.lookup = docker::current_lookup();
    // Static, so it runs in an image of any architecture: it needs the kernel only.
    options.emulator = [](std::string_view /*architecture*/) { return emulator(); };
    read_connection_limit(options.connection_limit);
    options.log = log;
    return docker::make_engine(std::move(options), cancel);
}

base::Result<std::unique_ptr<Engine>> make_sandbox(bool strict, const base::Log& log) {
    sandbox::Options options;
    options.strict = strict;
    options.emulator = emulator_beside_usr();
    options.runtime_client = runtime_client;
    options.log = log;
    return sandbox::make_engine(std::move(options));
}

} // namespace

base::Result<EngineChoice> parse_engine_choice(
    const std::optional<std::string>& option, const std::optional<std::string>& variable) {
    const std::string word = option.value_or(variable.value_or("auto"));
    if (word == "auto" || word.empty()) {
        return EngineChoice::automatic;
    }
    if (word == "docker") {
        return EngineChoice::docker;
    }
    if (word == "sandbox") {
        return EngineChoice::sandbox;
    }
    return base::fail(base::usage_error(
        fmt::format("{} {} is not an engine", option ? "--engine" : "SAMARA_ENGINE", word),
        "choose docker, sandbox or auto"));
}

base::Result<SelectedEngine>
select_engine(EngineChoice choice, const EngineFactory& docker, const EngineFactory& sandbox) {
    switch (choice) {
    case EngineChoice::docker:
        return explain(docker(), "as asked for");
    case EngineChoice::sandbox:
        return explain(sandbox(), "as asked for");
    case EngineChoice::automatic:
        break;
    }
    auto engine = docker();
    if (engine) {
        return explain(std::move(engine), "Docker answers");
    }
    auto selected = explain(sandbox(), "no Docker engine answers");
    if (!selected) {
        // Neither works: what is wrong with each of them.
        return base::fail(
            fmt::format("{}; {}", engine.error().message, selected.error().message),
            selected.error().hint);
    }
    selected->details = std::move(engine).error().message;
    return selected;
}

base::Result<std::unique_ptr<Engine>>
select_engine(const EngineOptions& options, const base::Log& log, const os::Cancellation& cancel) {
    TRY_ASSIGN(const auto choice, parse_engine_choice(options.word, {}));
    TRY_ASSIGN(
        auto selected,
        select_engine(
            choice,
            [&] { return make_docker(log, cancel); },
            [&] { return make_sandbox(options.strict, log); }));
    if (choice == EngineChoice::automatic) {
        log.info(selected.explanation);
    } else {
        log.debug(selected.explanation);
    }
    if (!selected.details.empty()) {
        log.debug(selected.details);
    }
    return std::move(selected.engine);
}

} // namespace samara::engine
