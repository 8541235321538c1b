#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// The lines of a text that is not YAML, yet. Private to data/.
namespace samara::data {

constexpr std::string_view yaml_blanks = " \t\r";

std::size_t indent_of(std::string_view line);

/// Neither empty nor a comment.
bool is_content(std::string_view line);

/// The lines of block texts ("Key: |"), which may hold anything, are emptied.
std::string without_blocks(std::string_view text);

/// The text without strings and comments, which may hold anything: blanks instead.
std::string without_texts(std::string_view text);

} // namespace samara::data
