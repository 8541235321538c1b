#pragma once

#include "base/error.h"
#include "data/value.h"

#include <string>

namespace samara::app {

/// Fails where a function or a layer says what cannot be given to a program: a text with a NUL
/// character anywhere in it, or a variable whose name is empty or holds "=". With the place of it.
base::Result<void> check_resource_texts(const std::string& logical_id, const data::Value& resource);

} // namespace samara::app
