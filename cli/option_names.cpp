#include "option_names.h"

#include "base/strings.h"

#include <algorithm>

namespace samara::cli {

std::string option_key(std::string_view long_name) {
    return base::replace_all(long_name.substr(2), "-", "_");
}

OptionNames parse_option_names(std::string_view text, std::string_view key) {
    OptionNames names;
    for (const std::string_view name : base::split(text, ',')) {
        names.all.emplace_back(name);
    }
    std::vector<std::string> kept;
    for (const std::string_view name : base::split(text, ',')) {
        if (name.size() > 2 && name[0] == '-' && name[1] != '-') {
            names.several_letters.emplace_back(name);
            continue;
        }
        kept.emplace_back(name);
        if (name.starts_with("--")) {
            names.keys.push_back(option_key(name));
            if (names.long_name.empty()) {
                names.long_name = name;
            }
        }
    }
    names.cli11 = base::join(kept, ",");
    names.key = key.empty() ? option_key(names.long_name) : std::string(key);
    const auto own = std::find(names.keys.begin(), names.keys.end(), names.key);
    if (own == names.keys.end()) {
        names.keys.insert(names.keys.begin(), names.key);
    } else {
        std::rotate(names.keys.begin(), own, own + 1);
    }
    return names;
}

std::vector<std::string> cli11_order(
    const std::vector<std::string>& arguments, const std::map<std::string, std::string>& rewrites) {
    std::vector<std::string> result;
    for (const std::string& argument : arguments) {
        const std::string name = argument.substr(0, argument.find('='));
        const auto found = rewrites.find(name);
        result.push_back(
            found == rewrites.end() ? argument : found->second + argument.substr(name.size()));
    }
    std::reverse(result.begin(), result.end());
    return result;
}

std::string complaint_in_words(const std::string& text) {
    constexpr std::string_view unread = "Could not convert: ";
    const std::size_t equals = text.find(" = ");
    if (text.starts_with(unread) && equals != std::string::npos) {
        return fmt::format(
            "Invalid value for '{}': '{}'",
            text.substr(unread.size(), equals - unread.size()),
            text.substr(equals + 3));
    }
    const std::size_t colon = text.find(": ");
    if (text.starts_with("-") && colon != std::string::npos &&
        text.compare(colon + 2, 1, "'") == 0) { // of a validator of ours
        return fmt::format(
            "Invalid value for '{}': {}", text.substr(0, colon), text.substr(colon + 2));
    }
    return colon != std::string::npos && text.ends_with(" missing") && text.starts_with("-")
               ? fmt::format("Option '{}' requires an argument", text.substr(0, colon))
               : text;
}

} // namespace samara::cli
