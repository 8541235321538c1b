#pragma once

#include "console.h"
#include "data/value.h"

#include <chrono>
#include <string>
#include <vector>

/// Events of CloudWatch Logs as `logs` shows them.
namespace samara::cli {

/// "2018-07-05T08:33:09.842000+00:00" as Python writes a moment: a fraction only where there is
/// one, and no zone where it is a local time.
std::string moment_text(std::chrono::microseconds since_1970, bool local = false);

/// "STREAM TIME MESSAGE" and a line end; occurrences of `pattern`, unless empty, are underlined.
std::vector<Piece> log_event_text(const data::Value& event, const std::string& pattern);

/// One line of JSON as Python writes it, which scripts that read the original's output know.
std::string log_event_json(const data::Value& event);

} // namespace samara::cli
