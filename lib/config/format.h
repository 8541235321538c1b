#pragma once

#include "base/error.h"
#include "data/value.h"

#include <filesystem>
#include <string>
#include <string_view>

/// The text formats of configuration files.
namespace samara::config {

enum class Format : std::uint8_t { toml, yaml, json };

/// Whether the extension is that of one of them.
bool is_format(const std::filesystem::path& path);

/// By the extension; TOML for anything unknown.
Format format_of(const std::filesystem::path& path);

/// TOML 1.0 as a Value with places; dates and times stay texts.
base::Result<data::Value> read_toml(std::string_view text, std::string_view file);

/// Reads a text in the format of the file it came from.
base::Result<data::Value> read_settings(std::string_view text, const std::filesystem::path& path);

/// A value as the right side of `key = ` in TOML, in one line.
std::string toml_value(const data::Value& value);

/// A key as TOML writes it: bare where it can be.
std::string toml_key(std::string_view key);

} // namespace samara::config
