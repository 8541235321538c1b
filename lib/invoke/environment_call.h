#pragma once

#include "base/error.h"
#include "base/log.h"
#include "base/task.h"
#include "engine/engine.h"
#include "invoke/environment_pool.h"
#include "invoke/invocation.h"
#include "os/cancellation.h"

/// One call to one environment. Private to invoke/.
namespace samara::invoke {

/// The emulator ends what takes longer than Timeout. Whatever in the environment keeps it from that
/// cannot keep this from ending the environment, a second later; `endless`: nothing does. An Error
/// says that the environment did not answer. `slot`, `spec`, `log` and `cancel` stay the caller's.
base::Task<base::Result<Response>> call_environment(
    Slot& slot,
    const engine::EnvironmentSpec& spec,
    Request request,
    bool endless,
    const base::Log& log,
    const os::Cancellation& cancel);

} // namespace samara::invoke
