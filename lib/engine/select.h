#pragma once

#include "base/error.h"
#include "base/log.h"
#include "engine/engine.h"
#include "os/cancellation.h"

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
    std::string details;     ///< what is wrong with one that was tried before; may be empty
};

/// The engine asked for; automatically Docker where it answers, else the sandbox.
base::Result<SelectedEngine>
select_engine(EngineChoice choice, const EngineFactory& docker, const EngineFactory& sandbox);

struct EngineOptions {
    std::string word = "auto"; ///< of --engine: "docker", "sandbox", "auto"
    bool strict = false;       ///< --strict: no host interpreter of another version
};

/// An engine of this machine. Tells `log` which one it took, and why, when that was not said.
base::Result<std::unique_ptr<Engine>>
select_engine(const EngineOptions& options, const base::Log& log, const os::Cancellation& cancel);

} // namespace samara::engine
