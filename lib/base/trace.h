#pragma once

#include <functional>
#include <string_view>

/// What the program does to its machine, for --debug: files it reads, programs it runs, requests it
/// sends. The one thing of the program that is not handed down: it would be on the way of
/// everything. Never a value that may be secret: no arguments, headers, bodies or queries.
namespace samara::base {

using TraceSink = std::function<void(std::string_view line)>;

/// Who is told from now on, from any thread; for the program, before it starts any.
void set_trace(TraceSink sink);

/// Whether anybody is told: to be asked before a line is made.
bool tracing() noexcept;

void trace(std::string_view line);

} // namespace samara::base
