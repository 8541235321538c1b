#pragma once

#include "app/load/application.h"

#include <set>
#include <string>

namespace samara::app {

/// The functions of all stacks as serving::Functions reads them, by path: names and timeouts, and
/// what is published of them, by what Ref of it gives. Functions that cannot be understood are
/// there, too: their calls fail with the reason. `chosen`: logical ids; empty: all.
data::Map function_resources(Application& application, const std::set<std::string>& chosen = {});

} // namespace samara::app
