#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Small text helpers that the standard library lacks. ASCII only unless said otherwise.
namespace samara::base {

/// "a,b,,c" by ',' is {"a","b","","c"}; an empty text gives one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);

/// Without leading and trailing blanks, tabs and line ends.
std::string_view trim(std::string_view text);

std::string to_lower(std::string_view text);
std::string to_upper(std::string_view text);

std::string join(const std::vector<std::string>& pieces, std::string_view separator);

/// Every occurrence of `from` (not empty) replaced.
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);

/// Whether the bytes are well-formed UTF-8; `bad_offset`, when given, receives the first bad byte.
bool is_utf8(std::string_view bytes, std::size_t* bad_offset = nullptr);

/// The bytes as UTF-8 text: those that are not part of it become U+FFFD.
std::string to_utf8(std::string bytes);

/// The characters of well-formed UTF-8; bytes that are none stand for themselves.
std::vector<std::uint32_t> code_points(std::string_view text);

/// The candidate that `name` is most likely a misspelling of, or empty when none is near.
std::string_view nearest(std::string_view name, const std::vector<std::string_view>& candidates);

} // namespace samara::base
