#pragma once

#include "base/error.h"
#include "engine/engine.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace samara::engine {

enum class EngineChoice : std::uint8_t { automatic, docker, sandbox };

/// What `--engine docker|sandbox|auto` says, else the environment variable SAMARA_ENGINE, else
/// automatic. An unknown word is a usage error that names where it stands.
base::Result<EngineChoice> parse_engine_choice(
    const std::optional<std::string>& option, const std::optional<std::string>& variable);

/// Makes an engine, or fails with why it cannot work here.
using EngineFactory = std::function<base::Result<std::unique_ptr<Engine>>()>;

struct SelectedEngine {
    std::unique_ptr<Engine> engine;
    std::string explanation; ///< one line for the user: which one, and why
};

/// The engine asked for; automatically Docker where it answers, else the sandbox.
base::Result<SelectedEngine>
select_engine(EngineChoice choice, const EngineFactory& docker, const EngineFactory& sandbox);

} // namespace samara::engine
