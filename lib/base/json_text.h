#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Text as JSON has it.
namespace samara::base {

/// Adds `text`, which is well-formed UTF-8, as a JSON string with its quotes.
void append_json_string(std::string& out, std::string_view text);

/// The same in ASCII, as Python's json.dumps writes it: what is none is escaped by its UTF-16
/// units.
void append_ascii_json_string(std::string& out, std::string_view text);

/// A code point as "\u00e9", or as the pair of its surrogates.
void append_json_escape(std::string& out, std::uint32_t point);

/// The same for bytes that may be anything: those that are not UTF-8 become U+FFFD.
void append_json_bytes(std::string& out, std::string_view bytes);

} // namespace samara::base
