#include "transform/expanders.h"

namespace samara::transform {

void expand_language_extensions(Context&) {}

} // namespace samara::transform
