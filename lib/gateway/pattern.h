#pragma once

#include "template/pattern.h"

namespace samara::gateway {

using model::Pattern;

} // namespace samara::gateway
