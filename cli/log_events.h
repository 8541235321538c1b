#pragma once

#include "console.h"
#include "data/value.h"

#include <string>
#include <vector>

/// Events of CloudWatch Logs as `logs` shows them.
namespace samara::cli {

/// "STREAM TIME MESSAGE" and a line end; occurrences of `pattern`, unless empty, are underlined.
std::vector<Piece> log_event_text(const data::Value& event, const std::string& pattern);

/// One line of JSON as Python writes it, which scripts that read the original's output know.
std::string log_event_json(const data::Value& event);

} // namespace samara::cli
