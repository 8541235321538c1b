#pragma once

#include "base/error.h"
#include "base/usage_error.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The options of one command: declared once, bound to the variables that receive their values.
namespace samara::cli {

using base::usage_error;

/// A configured value (samconfig.toml): several texts for a list.
struct Configured {
    std::vector<std::string> values;
    base::Location where;
};

/// The configured value for an option, by a long name of it with "_" for "-". Nothing when it is
/// not configured.
using ConfiguredValue = std::function<std::optional<Configured>(std::string_view key)>;

/// What --help, the manual pages and the completion of shells tell of an option or an argument.
struct OptionRow {
    std::vector<std::string> names; ///< "-t", "--template"; of an argument its name alone
    std::string value;              ///< "FILE"; empty for a flag
    std::vector<std::string> choices = {};
    std::string help;
    std::string environment = {}; ///< variable that sets it
    std::string fallback = {};    ///< value when it is not given; empty for none
    std::string group = {};       ///< heading
    bool several = false;
    bool argument = false;
    bool ignored = false; ///< accepted only; `help` is the reason
};

/// Precedence: command line, environment, configuration, the value the variable had.
///
/// Names are written as in "-t,--template,--template-file" (the first long one is the configuration
/// key unless `key` says otherwise). Short forms of several letters ("-ef") are allowed.
class Options {
public:
    struct Text {
        std::string_view help;
        std::string_view environment = {}; ///< variable that sets it
        std::string_view value_name = "TEXT";
        std::string_view key = {}; ///< configuration key, when it is not the long name
        bool merged = false;       ///< a list: configured values come before those that are given
    };

    /// `usage_name` is what the user types, "samara local invoke".
    Options(std::string usage_name, std::string_view summary, std::string_view examples);
    Options(const Options&) = delete;
    Options& operator=(const Options&) = delete;
    Options(Options&&) = delete;
    Options& operator=(Options&&) = delete;
    ~Options();

    void group(std::string_view title); ///< heading in --help for what is declared after it

    void positional(std::string_view name, std::string& target, std::string_view help);
    void
    positional_list(std::string_view name, std::vector<std::string>& target, std::string_view help);
    void text(std::string_view names, std::string& target, const Text& text);
    void choice(
        std::string_view names,
        std::string& target,
        std::vector<std::string> choices,
        const Text& text);

    /// A folder, there already or not, but no file.
    void folder(std::string_view names, std::string& target, const Text& text);
    void number(std::string_view names, std::uint32_t& target, const Text& text);
    void port(std::string_view names, std::uint16_t& target, const Text& text);
    void flag(std::string_view names, bool& target, const Text& text);

    /// "--cached/--no-cached": `target` stays empty when neither is given.
    void toggle(std::string_view names, std::optional<bool>& target, const Text& text);

    /// Values both repeated and separated by blanks: `--x a b --x c`.
    void list(std::string_view names, std::vector<std::string>& target, const Text& text);

    /// Accepted because scripts pass it; `reason` is told once when it is used.
    void ignored_flag(std::string_view names, std::string_view reason);
    void ignored_value(
        std::string_view names, std::string_view reason, std::vector<std::string> choices = {});

    /// What goes together: `name` only beside `needed`, or on the command line without any of
    /// `others`. apply() tells.
    void needs(std::string_view name, std::string_view needed);
    void excludes(std::string_view name, std::vector<std::string> others);

    /// Whether an option of this name ("-v") has been declared.
    [[nodiscard]] bool has(std::string_view name) const;

    /// True when --help was asked for: print help() and end. Fails with ErrorKind::usage. With
    /// --help-json help() is the same for programs, one JSON object.
    base::Result<bool> parse(const std::vector<std::string>& arguments);

    /// Fills in what neither the command line nor the environment gave. Fails (usage), with its
    /// place, for a value that the option does not take, and for options that do not go together.
    base::Result<void> apply(const ConfiguredValue& configured);

    [[nodiscard]] std::string help() const;

    /// One line for each ignored option that was used.
    [[nodiscard]] std::vector<std::string> notes() const;

    /// The configuration keys of every option, those without effect included.
    [[nodiscard]] std::vector<std::string> keys() const;

    /// Configuration key and values of every option given on the command line (for --save-params);
    /// not what the environment or the configuration gave.
    [[nodiscard]] std::vector<std::pair<std::string, std::vector<std::string>>> given() const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

} // namespace samara::cli
