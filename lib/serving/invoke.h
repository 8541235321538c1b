#pragma once

#include "base/error.h"
#include "invoke/invocation.h"

#include <functional>

namespace samara::serving {

/// How the gateway calls functions; given by the program, called from many threads at once.
using Invoke = std::function<base::Result<invoke::Response>(invoke::Request)>;

} // namespace samara::serving
