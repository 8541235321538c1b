#pragma once

#include "base/strings.h"
#include "option_names.h"
#include "options.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

/// What stands behind Options; included by its sources alone.
namespace samara::cli {

inline constexpr std::string_view wrong_flag = "Invalid value for a flag: it takes true or false";

/// What is wrong with the values that `read` reads, or nothing. CLI11 takes the numbers of flags by
/// std::stoll and passes its exceptions on.
std::optional<std::string> complaint(const std::function<void()>& read);

struct Options::Implementation {
    struct Declared {
        CLI::Option* option;
        OptionNames names;
        std::string environment; // the variable that sets it, or empty
        bool merged = false;     // configured values are taken, too
        bool given = false;      // on the command line
    };

    struct Ignored {
        CLI::Option* option;
        std::string name;
        std::string reason;
        std::vector<std::string> choices = {}; ///< what its value may be; empty: anything
    };

    struct Together {
        std::string name;
        std::vector<std::string> others;
        bool wanted; ///< the others have to be there, or must not be
    };

    Implementation(std::string name, std::string_view summary)
        : app(std::string(summary), name), usage_name(std::move(name)) {}

    CLI::Option* bind(CLI::Option* option, OptionNames names, const Text& text);

    template <class T>
    CLI::Option*
    add(std::string_view names, T& target, const Text& text, std::string_view value_name) {
        OptionNames parsed = parse_option_names(names, text.key);
        CLI::Option* option = app.add_option(parsed.cli11, target, "");
        if constexpr (!std::is_same_v<T, std::vector<std::string>>) {
            option->capture_default_str();
        }
        bind(option, std::move(parsed), text);
        rows.back().value = value_name;
        return option;
    }

    template <class T>
    void argument(std::string_view name, T& target, std::string_view help) {
        app.add_option(std::string(name), target, "");
        rows.push_back(
            {.names = {std::string(name)},
             .value = {},
             .help = std::string(help),
             .group = "Arguments",
             .several = std::is_same_v<T, std::vector<std::string>>,
             .argument = true});
    }

    [[nodiscard]] base::Error unexpected(const std::vector<std::string>& extras) const;

    /// The first flag that is written with a value, `--flag=value`, which CLI11 would take.
    [[nodiscard]] std::string flag_with_value(const std::vector<std::string>& arguments) const;

    [[nodiscard]] std::string hint() const;

    /// Whether an option is on: `--no-watch` and `watch = false` are not.
    [[nodiscard]] bool is_on(const std::string& name, const ConfiguredValue& configured) const;

    [[nodiscard]] bool is_given(const std::string& name) const; ///< on the command line

    [[nodiscard]] base::Result<void> check_together(const ConfiguredValue& configured) const;

    CLI::App app;
    std::string usage_name;
    std::string examples;
    std::vector<OptionRow> rows;
    bool for_programs = false; // --help-json
    std::string current_group;
    std::vector<Declared> declared;
    std::vector<Ignored> ignored;
    std::vector<Together> together;
    std::map<std::string, std::string> rewrites;
    bool ignored_flag = false;
    std::map<std::string, std::string> ignored_values;
};

} // namespace samara::cli
