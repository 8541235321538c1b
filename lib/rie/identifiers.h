#pragma once

#include <chrono>
#include <string>

namespace samara::rie {

/// `digits` random lower-case hexadecimal digits from the kernel.
std::string random_hex(std::size_t digits);

/// A random UUID (version 4), as Lambda's request ids are.
std::string make_uuid();

/// "Root=1-<time>-<random>;Parent=<random>;Sampled=0": an X-Ray header for a call that brought
/// none.
std::string make_trace_id(std::chrono::system_clock::time_point now);

/// "2026-11-21T02:38:21.123Z"
std::string timestamp(std::chrono::system_clock::time_point time);

} // namespace samara::rie
