#include "transform/expanders.h"

namespace samara::transform {

void expand_capacity_provider(Resource&) {}

} // namespace samara::transform
