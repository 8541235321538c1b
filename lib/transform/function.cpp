#include "transform/expanders.h"

namespace samara::transform {

void expand_function(Resource&) {}

} // namespace samara::transform
