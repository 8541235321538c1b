#pragma once

#include "base/log.h"
#include "engine/engine.h"
#include "model/function.h"

namespace samara::app {

/// Memory, /tmp and Timeout of `spec` as `function` asks for them, or what Lambda has that is
/// nearest; `limits` false lifts what is longest and largest. What AWS would refuse at deployment
/// is reported, the size of the environment variables too.
void apply_quotas(
    const model::Function& function,
    bool limits,
    engine::EnvironmentSpec& spec,
    const base::Log& log);

} // namespace samara::app
