#pragma once

#include <string>
#include <string_view>

/// Text as JSON has it.
namespace samara::base {

/// Adds `text`, which is well-formed UTF-8, as a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);

/// The same for bytes that may be anything: those that are not UTF-8 become U+FFFD.
void append_json_bytes(std::string& out, std::string_view bytes);

} // namespace samara::base
