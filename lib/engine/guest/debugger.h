#pragma once

#include "engine/engine.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace samara::engine {

/// How a runtime is started under a debugger.
struct DebugStart {
    std::vector<std::string> command; ///< for samara-rie; empty: the bootstrap as usual
    std::map<std::string, std::string> environment; ///< on top of the function's
};

/// Where --debugger-path is seen in an environment.
inline constexpr std::string_view debugger_folder = "/tmp/lambci_debug_files";

/// Python gets --debug-args before its runtime client ("-m debugpy --listen 5678
/// --wait-for-client"), Node.js waits for an inspector on the first port, the JVM for a debugger,
/// and a bootstrap (provided) runs under the dlv in --debugger-path. The debugger listens on
/// `address`. The variables of --container-env-vars win over those.
DebugStart debug_start(std::string_view runtime, const DebugSpec& debug, std::string_view address);

/// An Image function tells no runtime: where its entry point is an interpreter (python, node,
/// java),
/// --debug-args come right after that; else --container-env-vars is all there is.
void insert_debug_arguments(std::vector<std::string>& entry_point, const DebugSpec& debug);

} // namespace samara::engine
