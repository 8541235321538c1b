#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// The shared files of AWS's tools: ~/.aws/config and ~/.aws/credentials.
/// docs.aws.amazon.com/sdkref/latest/guide/file-format.html
namespace samara::aws {

struct IniEntry {
    std::string key; ///< in lower case
    std::string value;
    std::uint32_t line = 0;
    /// Where the value is empty: the indented lines below it, "s3 =" and "  addressing_style =
    /// path".
    std::vector<IniEntry> nested = {};

    /// The value of a nested key (lower case); nullptr when it is missing.
    [[nodiscard]] const std::string* find(std::string_view nested_key) const;
};

/// [name] and what follows it up to the next one.
struct IniSection {
    std::string name; ///< "default", "profile dev", "sso-session main"
    std::uint32_t line = 0;
    std::vector<IniEntry> entries;

    /// The value of `key` (lower case), the last one where it is there twice; nullptr when it is
    /// missing.
    [[nodiscard]] const std::string* find(std::string_view key) const;
    [[nodiscard]] const IniEntry* find_entry(std::string_view key) const;
};

struct Ini {
    std::vector<IniSection> sections;
    /// Lines that are neither [name], key = value, empty nor a comment, and entries before the
    /// first section.
    std::vector<std::uint32_t> unreadable;

    /// The last section of that name; nullptr when there is none.
    [[nodiscard]] const IniSection* find(std::string_view name) const;
};

Ini parse_ini(std::string_view text);

} // namespace samara::aws
