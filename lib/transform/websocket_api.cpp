#include "transform/expanders.h"

namespace samara::transform {

void expand_websocket_api(Resource&) {}

} // namespace samara::transform
