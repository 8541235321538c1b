#include "transform/expanders.h"

namespace samara::transform {

void add_implicit_apis(Context&) {}

} // namespace samara::transform
