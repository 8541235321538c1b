#pragma once

#include <string>

namespace samara::base {

/// A random UUID (version 4), as AWS's request ids are.
std::string make_uuid();

} // namespace samara::base
