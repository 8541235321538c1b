#include "transform/expanders.h"

namespace samara::transform {

void expand_simple_table(Resource&) {}

} // namespace samara::transform
