#include "transform/expanders.h"

namespace samara::transform {

void expand_api(Resource&) {}

} // namespace samara::transform
