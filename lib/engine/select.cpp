#include "engine/select.h"

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
    base::Error error;
    error.kind = base::ErrorKind::usage;
    error.message =
        fmt::format("{} {} is not an engine", option ? "--engine" : "SAMARA_ENGINE", word);
    error.hint = "choose docker, sandbox or auto";
    return base::fail(std::move(error));
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

} // namespace samara::engine
