#include "option_values.h"

#include "base/strings.h"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>

namespace samara::cli {

std::string not_one_of(const std::string& value, const std::vector<std::string>& choices) {
    return fmt::format("'{}' is not one of '{}'", value, base::join(choices, "', '"));
}

CLI::Validator one_of(std::vector<std::string> choices) {
    return {
        [choices = std::move(choices)](std::string& value) {
            for (const std::string& choice : choices) {
                if (base::to_lower(choice) == base::to_lower(value)) {
                    value = choice;
                    return std::string();
                }
            }
            return not_one_of(value, choices);
        },
        ""};
}

CLI::Validator no_file() {
    return {
        [](const std::string& value) {
            std::error_code ignored;
            return std::filesystem::is_regular_file(value, ignored)
                       ? fmt::format("'{}' is a file, not a folder", value)
                       : std::string();
        },
        ""};
}

} // namespace samara::cli
