#include "options.h"

#include "base/strings.h"
#include "option_help.h"
#include "option_names.h"
#include "option_store.h"
#include "option_values.h"
#include "os/environment.h"

#include <algorithm>
#include <functional>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace samara::cli {

Options::Options(std::string usage_name, std::string_view summary, std::string_view examples)
    : implementation_(std::make_unique<Implementation>(std::move(usage_name), summary)) {
    CLI::App& app = implementation_->app;
    app.set_help_flag("-h,--help", "Show this help and exit");
    app.allow_extras();
    implementation_->examples = examples;
}

Options::~Options() = default;

void Options::group(std::string_view title) {
    implementation_->current_group = title;
}

void Options::positional(std::string_view name, std::string& target, std::string_view help) {
    implementation_->argument(name, target, help);
}

void Options::positional_list(
    std::string_view name, std::vector<std::string>& target, std::string_view help) {
    implementation_->argument(name, target, help);
}

void Options::text(std::string_view names, std::string& target, const Text& text) {
    implementation_->add(names, target, text, text.value_name);
}

void Options::choice(
    std::string_view names,
    std::string& target,
    std::vector<std::string> choices,
    const Text& text) {
    CLI::Option* option = implementation_->add(names, target, text, {});
    implementation_->rows.back().choices = choices;
    option->transform(one_of(std::move(choices)));
}

void Options::folder(std::string_view names, std::string& target, const Text& text) {
    implementation_->add(names, target, text, "FOLDER")->check(no_file());
}

void Options::number(std::string_view names, std::uint32_t& target, const Text& text) {
    implementation_->add(names, target, text, "NUMBER");
}

void Options::port(std::string_view names, std::uint16_t& target, const Text& text) {
    implementation_->add(names, target, text, "PORT");
}

void Options::flag(std::string_view names, bool& target, const Text& text) {
    OptionNames parsed = parse_option_names(names, text.key);
    auto* option = implementation_->app.add_flag(parsed.cli11, target, "");
    implementation_->bind(option, std::move(parsed), text);
}

void Options::toggle(std::string_view names, std::optional<bool>& target, const Text& text) {
    const std::size_t slash = names.find('/');
    OptionNames parsed = parse_option_names(names.substr(0, slash), text.key);
    const std::string both = fmt::format("{},!{}", parsed.cli11, names.substr(slash + 1));
    auto* option = implementation_->app.add_flag_function(
        both, [&target](std::int64_t count) { target = count > 0; }, "");
    parsed.all.emplace_back(names.substr(slash + 1));
    implementation_->bind(option, std::move(parsed), text);
}

void Options::list(std::string_view names, std::vector<std::string>& target, const Text& text) {
    implementation_->add(names, target, text, text.value_name)->expected(-1);
    implementation_->rows.back().several = true;
}

void Options::ignored_flag(std::string_view names, std::string_view reason) {
    const std::size_t slash = names.find('/');
    OptionNames parsed = parse_option_names(names.substr(0, slash), {});
    std::string all = parsed.cli11;
    if (slash != std::string_view::npos) {
        all += fmt::format(",!{}", names.substr(slash + 1));
    }
    auto* option = implementation_->app.add_flag(all, implementation_->ignored_flag, "");
    if (slash != std::string_view::npos) {
        parsed.all.emplace_back(names.substr(slash + 1));
    }
    implementation_->rows.push_back(
        {.names = parsed.all, .value = {}, .help = std::string(reason), .ignored = true});
    implementation_->ignored.push_back({option, parsed.long_name, std::string(reason)});
}

void Options::ignored_value(
    std::string_view names, std::string_view reason, std::vector<std::string> choices) {
    OptionNames parsed = parse_option_names(names, {});
    for (const std::string& name : parsed.several_letters) {
        implementation_->rewrites[name] = parsed.long_name;
    }
    auto* option = implementation_->app.add_option(
        parsed.cli11, implementation_->ignored_values[parsed.long_name], "");
    implementation_->rows.push_back(
        {.names = parsed.all,
         .value = "VALUE",
         .choices = choices,
         .help = std::string(reason),
         .ignored = true});
    implementation_->ignored.push_back(
        {option, parsed.long_name, std::string(reason), std::move(choices)});
}

base::Result<bool> Options::parse(const std::vector<std::string>& arguments) {
    Implementation& self = *implementation_;
    if (arguments.size() == 1 && arguments.front() == "--help-json") {
        self.for_programs = true;
        return true;
    }
    if (const std::string flag = self.flag_with_value(arguments); !flag.empty()) {
        return base::fail(
            usage_error(fmt::format("Option '{}' does not take a value.", flag), self.hint()));
    }
    bool asked_for_help = false;
    const auto unreadable = complaint([&] {
        try {
            self.app.parse(cli11_order(arguments, self.rewrites));
        } catch (const CLI::CallForHelp&) {
            asked_for_help = true;
        }
    });
    if (asked_for_help) {
        return true;
    }
    if (unreadable) {
        return base::fail(usage_error(*unreadable, self.hint()));
    }
    if (const std::vector<std::string> extras = self.app.remaining(); !extras.empty()) {
        return base::fail(self.unexpected(extras));
    }
    for (const Implementation::Ignored& row : self.ignored) {
        const auto& choices = row.choices;
        const std::string& value = self.ignored_values[row.name];
        if (row.option->count() > 0 && !choices.empty() &&
            std::find(choices.begin(), choices.end(), value) == choices.end()) {
            return base::fail(usage_error(
                complaint_in_words(row.name + ": " + not_one_of(value, choices)), self.hint()));
        }
    }
    for (Implementation::Declared& row : self.declared) {
        row.given = row.option->count() > 0;
        const std::string value = row.given || row.environment.empty()
                                      ? std::string()
                                      : os::variable(row.environment).value_or(std::string());
        if (value.empty()) {
            continue;
        }
        const auto wrong = complaint([&] {
            row.option->add_result(value);
            row.option->run_callback();
        });
        if (wrong) {
            return base::fail(usage_error(
                fmt::format("environment variable {}: {}", row.environment, *wrong), {}));
        }
    }
    return false;
}

base::Result<void> Options::apply(const ConfiguredValue& configured) {
    for (const Implementation::Declared& row : implementation_->declared) {
        if (row.option->count() > 0 && !row.merged) {
            continue;
        }
        std::optional<Configured> found;
        for (std::size_t i = 0; i < row.names.keys.size() && !found; ++i) {
            found = configured(row.names.keys[i]);
        }
        if (!found || found->values.empty()) { // an empty list says nothing
            continue;
        }
        std::vector<std::string> values = found->values;
        const std::vector<std::string>& given = row.option->results();
        values.insert(values.end(), given.begin(), given.end());
        const auto wrong = complaint([&] {
            row.option->clear();
            for (const std::string& value : values) {
                row.option->add_result(value);
            }
            row.option->run_callback();
        });
        if (wrong) {
            base::Error unreadable = usage_error(
                fmt::format("cannot read {}: {}", row.names.key, *wrong),
                fmt::format(
                    "'{} --help' says what {} takes",
                    implementation_->usage_name,
                    row.names.long_name));
            unreadable.where = found->where;
            return base::fail(std::move(unreadable));
        }
    }
    return implementation_->check_together(configured);
}

void Options::needs(std::string_view name, std::string_view needed) {
    implementation_->together.push_back({std::string(name), {std::string(needed)}, true});
}

void Options::excludes(std::string_view name, std::vector<std::string> others) {
    implementation_->together.push_back({std::string(name), std::move(others), false});
}

std::vector<std::string> Options::keys() const {
    std::vector<std::string> result;
    for (const Implementation::Declared& row : implementation_->declared) {
        result.insert(result.end(), row.names.keys.begin(), row.names.keys.end());
    }
    for (const Implementation::Ignored& row : implementation_->ignored) {
        result.push_back(option_key(row.name));
    }
    return result;
}

bool Options::has(std::string_view name) const {
    return implementation_->app.get_option_no_throw(std::string(name)) != nullptr;
}

std::string Options::help() const {
    const HelpText help{
        implementation_->usage_name,
        implementation_->app.get_description(),
        implementation_->examples,
        implementation_->rows};
    return implementation_->for_programs ? help_json(help) : help_text(help, help_width());
}

std::vector<std::string> Options::notes() const {
    std::vector<std::string> notes;
    for (const Implementation::Ignored& row : implementation_->ignored) {
        if (row.option->count() > 0) {
            notes.push_back(fmt::format("{} has no effect here: {}", row.name, row.reason));
        }
    }
    return notes;
}

std::vector<std::pair<std::string, std::vector<std::string>>> Options::given() const {
    std::vector<std::pair<std::string, std::vector<std::string>>> result;
    for (const Implementation::Declared& row : implementation_->declared) {
        if (row.given) {
            result.emplace_back(row.names.key, row.option->results());
        }
    }
    return result;
}

} // namespace samara::cli
