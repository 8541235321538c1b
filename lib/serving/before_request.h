#pragma once

#include "base/task.h"

#include <functional>

namespace samara::serving {

/// Applies what has changed before a request is looked at; false: it could not. Called on any
/// thread.
using BeforeRequest = std::function<base::Task<bool>()>;

} // namespace samara::serving
