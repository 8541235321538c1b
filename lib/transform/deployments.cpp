#include "transform/expanders.h"

namespace samara::transform {

void add_deployments(Context&) {}

} // namespace samara::transform
