#pragma once

#include "gateway/route/call.h"

#include <string>

/// Where authorizers find who is calling. Private to gateway/.
namespace samara::gateway {

/// The value of an identity source, empty when the request has none.
std::string identity_value(const Call& call, const IdentitySource& source);

} // namespace samara::gateway
