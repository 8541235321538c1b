#include "transform/expanders.h"

namespace samara::transform {

void expand_http_api(Resource&) {}

} // namespace samara::transform
