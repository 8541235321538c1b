#include "transform/expanders.h"

namespace samara::transform {

void expand_layer_version(Resource&) {}

} // namespace samara::transform
