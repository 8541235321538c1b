#include "transform/expanders.h"

namespace samara::transform {

void expand_api_event(FunctionEvent&) {}

} // namespace samara::transform
