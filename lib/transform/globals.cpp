#include "transform/expanders.h"

namespace samara::transform {

void merge_globals(Context&) {}

} // namespace samara::transform
