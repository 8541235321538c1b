#pragma once

#include <functional>

namespace samara::engine {

/// Whether `condition` holds before half a minute has passed.
bool eventually(const std::function<bool()>& condition);

} // namespace samara::engine
