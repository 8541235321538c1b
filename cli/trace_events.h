#pragma once

#include "data/value.h"

#include <cstdint>
#include <string>

/// Traces and service graphs of X-Ray as `logs --include-traces` shows them.
namespace samara::cli {

/// A line for the trace, and one for each of its segments, what is inside of them indented.
std::string trace_text(const data::Value& trace, std::int64_t revision);

/// The trace on one line, with its segments as objects instead of texts.
std::string trace_json(const data::Value& trace);

/// The services with their edges and what they have counted.
std::string graph_text(const data::Value& graph);

/// The graph on one line; times are texts.
std::string graph_json(const data::Value& graph);

} // namespace samara::cli
