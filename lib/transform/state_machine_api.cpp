#include "transform/state_machine.h"

namespace samara::transform {

void expand_state_machine_api(StateMachineEvent&) {}

} // namespace samara::transform
