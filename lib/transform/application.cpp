#include "transform/expanders.h"

namespace samara::transform {

void expand_application(Resource&) {}

} // namespace samara::transform
