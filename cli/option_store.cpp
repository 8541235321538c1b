#include "option_store.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace samara::cli {

std::optional<std::string> complaint(const std::function<void()>& read) {
    try {
        read();
    } catch (const CLI::ParseError& error) {
        return complaint_in_words(error.what());
    } catch (const std::logic_error&) {
        return std::string(wrong_flag);
    }
    return std::nullopt;
}

CLI::Option*
Options::Implementation::bind(CLI::Option* option, OptionNames names, const Text& text) {
    rows.push_back(
        {.names = names.all,
         .value = {},
         .help = std::string(text.help),
         .environment = std::string(text.environment),
         .fallback = option->get_default_str(),
         .group = current_group});
    for (const std::string& name : names.several_letters) {
        rewrites[name] = names.long_name;
    }
    declared.push_back({option, std::move(names), std::string(text.environment), text.merged});
    return option;
}

base::Error Options::Implementation::unexpected(const std::vector<std::string>& extras) const {
    const std::string& first = extras.front();
    if (!first.starts_with('-') || first == "-") {
        return usage_error(fmt::format("Got unexpected extra argument ({})", first), hint());
    }
    std::vector<std::string_view> known;
    for (const Declared& row : declared) {
        known.emplace_back(row.names.long_name);
    }
    const std::string name = first.substr(0, first.find('='));
    const std::string_view near = base::nearest(name, known);
    return usage_error(
        fmt::format("No such option: {}", name),
        near.empty() ? hint() : fmt::format("Did you mean {}? {}", near, hint()));
}

std::string
Options::Implementation::flag_with_value(const std::vector<std::string>& arguments) const {
    for (const std::string& argument : arguments) {
        if (argument == "--") {
            break;
        }
        const std::string name = argument.substr(0, argument.find('='));
        const CLI::Option* option = app.get_option_no_throw(name);
        if (option != nullptr && name != argument && option->get_items_expected_max() == 0) {
            return name;
        }
    }
    return {};
}

std::string Options::Implementation::hint() const {
    return fmt::format("Try '{} --help' for help.", usage_name);
}

bool Options::Implementation::is_on(
    const std::string& name, const ConfiguredValue& configured) const {
    const CLI::Option* option = app.get_option_no_throw(name);
    if (option != nullptr && option->count() > 0) {
        return option->results().back() != "false";
    }
    const std::optional<Configured> found = configured(option_key(name));
    return found && !found->values.empty() && found->values.back() != "false";
}

bool Options::Implementation::is_given(const std::string& name) const {
    const CLI::Option* option = app.get_option_no_throw(name);
    return std::any_of(declared.begin(), declared.end(), [option](const Declared& row) {
        return row.option == option && row.given;
    });
}

base::Result<void>
Options::Implementation::check_together(const ConfiguredValue& configured) const {
    for (const Together& rule : together) {
        if (!is_on(rule.name, configured)) {
            continue;
        }
        for (const std::string& other : rule.others) {
            if (rule.wanted ? is_on(other, configured) : !is_given(other)) {
                continue;
            }
            return base::fail(
                rule.wanted
                    ? usage_error(
                          fmt::format("Missing option {}", other),
                          fmt::format("{} is for {} only", rule.name, other))
                    : usage_error(
                          fmt::format(
                              "Parameters {} and {} cannot be used together", rule.name, other),
                          "leave one of them out"));
        }
    }
    return {};
}

} // namespace samara::cli
