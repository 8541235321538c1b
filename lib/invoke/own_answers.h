#pragma once

#include "invoke/invocation.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

/// What Lambda answers before or instead of a function. Private to invoke/.
namespace samara::invoke {

/// Of a call that has to wait where nothing may.
constexpr const char* no_thread = "no thread can be made for the call";

/// As the emulator would have answered.
Response timed_out(const std::string& request_id, std::uint32_t seconds);

/// As many environments as may run are running.
Response throttled(std::size_t limit);

/// Too many asynchronous events wait.
Response queue_full();

/// A tenant is missing (`wanted`), or is given where none may be.
Response wrong_tenant(bool wanted);

/// The answer to a call for a tenant whose id is none; nothing: it is one, or there is no tenant.
std::optional<Response> refused_tenant(const std::string& id);

} // namespace samara::invoke
