#include "transform/expanders.h"

namespace samara::transform {

void extract_embedded_connectors(Context&) {}

void expand_connector(Resource&) {}

} // namespace samara::transform
