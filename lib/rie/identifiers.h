#pragma once

#include <chrono>
#include <string>

namespace samara::rie {

/// `digits` random lower-case hexadecimal digits from the kernel.
std::string random_hex(std::size_t digits);

/// "Root=1-<time>-<random>;Parent=<random>;Sampled=0": an X-Ray header for a call that brought
/// none.
std::string make_trace_id(std::chrono::system_clock::time_point now);

} // namespace samara::rie
