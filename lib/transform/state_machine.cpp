#include "transform/expanders.h"

namespace samara::transform {

void expand_state_machine(Resource&) {}

} // namespace samara::transform
