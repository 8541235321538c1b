#include "transform/expanders.h"

namespace samara::transform {

void expand_graphql_api(Resource&) {}

} // namespace samara::transform
