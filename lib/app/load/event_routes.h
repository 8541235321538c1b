#pragma once

#include "base/error.h"
#include "data/value.h"

namespace samara::app {

/// Of two events with the same route the last one is kept: the others are taken out of `document`
/// and reported. An event whose route the API's own DefinitionBody lacks is reported, too: AWS adds
/// routes only to definitions that it writes itself.
void settle_event_routes(data::Value& document, base::Diagnostics& diagnostics);

} // namespace samara::app
