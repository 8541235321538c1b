#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace samara::cli {

/// The names of an option as they are declared, "-t,--template,--template-file", taken apart. CLI11
/// knows short names of one letter; "-ef" is kept apart and rewritten to its long name.
struct OptionNames {
    std::string cli11;
    std::vector<std::string> all;
    std::string key;
    std::vector<std::string> keys; // `key`, then those of the other long names
    std::vector<std::string> several_letters;
    std::string long_name;
};

/// The configuration key of a long name: "template_file" of "--template-file".
std::string option_key(std::string_view long_name);

/// `key` is the configuration key, when it is not the first long name.
OptionNames parse_option_names(std::string_view text, std::string_view key);

/// The arguments reversed, as CLI11 takes them, short names of several letters (`rewrites`) made
/// long.
std::vector<std::string> cli11_order(
    const std::vector<std::string>& arguments, const std::map<std::string, std::string>& rewrites);

/// What CLI11 complains of ("Could not convert: --port = abc", "--template: 1 required TEXT
/// missing"), said as users know it.
std::string complaint_in_words(const std::string& text);

} // namespace samara::cli
