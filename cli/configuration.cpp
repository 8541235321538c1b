#include "configuration.h"

#include "base/strings.h"
#include "base/try.h"
#include "command.h"
#include "config/save.h"
#include "config/settings.h"
#include "documentation.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

namespace samara::cli {

namespace {

namespace fs = std::filesystem;

fs::path template_folder(const CommonOptions& common) {
    return fs::path(common.template_file).parent_path(); // empty: this folder
}

// --config-file, relative to the template's folder (or to this one, where only that has it), else
// the one beside the template.
base::Result<std::optional<fs::path>>
settings_file(const CommonOptions& common, const base::Log& log) {
    if (common.config_file.empty()) {
        const std::vector<fs::path> found = config::find_settings(template_folder(common));
        if (found.size() > 1) {
            log.info(fmt::format(
                "More than one samconfig file found; using {}. To use another config file, please "
                "specify it using the '--config-file' flag.",
                found.front().filename().string()));
        }
        return found.empty() ? std::nullopt : std::optional(found.front());
    }
    std::error_code failed;
    const fs::path beside = template_folder(common) / common.config_file;
    if (fs::exists(beside, failed)) {
        return std::optional(beside);
    }
    if (fs::exists(common.config_file, failed)) {
        return std::optional<fs::path>(common.config_file);
    }
    if (!common.save_params) {
        return base::fail(
            fmt::format("Config file {} does not exist or could not be read!", common.config_file),
            fmt::format(
                "it is looked for beside the template ({}); leave --config-file out to use "
                "samconfig.toml there",
                beside.string()));
    }
    return std::optional(beside);
}

base::Result<void> save(
    std::string_view path,
    const CommonOptions& common,
    const Options& options,
    const fs::path& file,
    const base::Log& log) {
    config::Parameters parameters;
    std::vector<std::string> names;
    for (const auto& [key, values] : options.given()) {
        if (key == "save_params" || key == "config_file" || key == "config_env") {
            continue;
        }
        data::List list(values.begin(), values.end());
        const bool flag = list.size() == 1 && (values[0] == "true" || values[0] == "false");
        parameters[key] = flag               ? data::Value(values[0] == "true")
                          : list.size() == 1 ? list[0]
                                             : data::Value(std::move(list));
        names.push_back(key);
    }
    if (names.empty()) {
        log.info("--save-params: there are no options to save");
        return {};
    }
    auto saved = config::save_parameters(file, common.config_environment, path, parameters);
    if (saved) {
        log.info(fmt::format(
            "Saved parameters to config file '{}' under environment '{}', command '{}': {}",
            file.string(),
            common.config_environment,
            path,
            base::join(names, ", ")));
    }
    return saved;
}

std::string
with_near(std::string message, std::string_view name, const std::vector<std::string>& known) {
    const std::vector<std::string_view> candidates(known.begin(), known.end());
    const std::string_view near = base::nearest(name, candidates);
    return near.empty() ? message : fmt::format("{}; did you mean {}?", message, near);
}

// Every section a command of ours or of the AWS SAM CLI may have.
std::vector<std::string> known_sections() {
    std::vector<std::string> names{"global"};
    for (const std::string_view command : documented_commands()) {
        names.push_back(config::section_name(command));
    }
    for (const CommandRow& row : command_table()) {
        names.push_back(config::section_name(row.path));
    }
    return names;
}

constexpr std::string_view default_environment = "default";

// Names may be as one likes them but for the default one, which is taken without being asked for.
void warn_of_misspelt_default(const config::Settings& settings, const base::Log& log) {
    for (const data::Entry& entry : *settings.document().as_map()) {
        if (entry.value.is_map() && entry.key != default_environment &&
            !base::nearest(entry.key, {default_environment}).empty()) {
            log.warning(fmt::format(
                "{}: the environment '{}' is only taken with --config-env {}; did you mean {}?",
                base::to_string(entry.key_where.place),
                entry.key,
                entry.key,
                default_environment));
        }
    }
}

void warn_of_environment(
    const config::Settings& settings,
    const CommonOptions& common,
    const fs::path& file,
    const base::Log& log) {
    const std::vector<std::string> known = settings.environments();
    if (common.config_environment == default_environment) {
        return warn_of_misspelt_default(settings, log);
    }
    if (settings.has_environment(common.config_environment) || known.empty()) {
        return;
    }
    log.warning(with_near(
        fmt::format(
            "{} has no environment '{}', only {}",
            file.string(),
            common.config_environment,
            base::join(known, ", ")),
        common.config_environment,
        known));
}

// Options of other commands are no mistake in the global section: there only what resembles an
// option of this command is told.
void warn_of_keys(
    const data::Value* parameters, bool global, const Options& options, const base::Log& log) {
    if (parameters == nullptr || !parameters->is_map()) {
        return;
    }
    const std::vector<std::string> known = options.keys();
    for (const data::Entry& entry : *parameters->as_map()) {
        const std::string name = config::section_name(entry.key);
        if (std::find(known.begin(), known.end(), name) != known.end()) {
            continue;
        }
        const std::vector<std::string_view> candidates(known.begin(), known.end());
        if (!global || !base::nearest(name, candidates).empty()) {
            log.warning(with_near(
                fmt::format(
                    "{}: there is no option '{}' here",
                    base::to_string(entry.key_where.place),
                    entry.key),
                name,
                known));
        }
    }
}

void warn_of_sections(
    const config::Settings& settings,
    std::string_view path,
    const CommonOptions& common,
    const Options& options,
    const base::Log& log) {
    const data::Value* commands = settings.document().find(common.config_environment);
    if (commands == nullptr || !commands->is_map()) {
        return;
    }
    const std::vector<std::string> known = known_sections();
    for (const data::Entry& section : *commands->as_map()) {
        const std::string name = config::section_name(section.key);
        if (std::find(known.begin(), known.end(), name) == known.end() &&
            name != config::section_name(path) && !name.starts_with("local_generate_event_")) {
            log.warning(with_near(
                fmt::format(
                    "{}: there is no command for the section '{}'",
                    base::to_string(section.key_where.place),
                    section.key),
                name,
                known));
        } else if (name == "global" || name == config::section_name(path)) {
            warn_of_keys(section.value.find("parameters"), name == "global", options, log);
            for (const data::Entry& member : *section.value.as_map()) {
                if (member.key != "parameters") {
                    log.warning(fmt::format(
                        "{}: '{}' has no effect in section '{}'; options stand in "
                        "[{}.{}.parameters]",
                        base::to_string(member.key_where.place),
                        member.key,
                        section.key,
                        common.config_environment,
                        section.key));
                }
            }
        }
    }
}

} // namespace

base::Result<void> apply_configuration(
    std::string_view path, const CommonOptions& common, Options& options, const base::Log& log) {
    const auto file = settings_file(common, log);
    if (!file) {
        return base::fail(file.error());
    }
    if (common.save_params) {
        auto saved = save(
            path, common, options, file->value_or(template_folder(common) / "samconfig.toml"), log);
        if (!saved) {
            return saved;
        }
    }
    std::error_code failed;
    if (!*file || !fs::exists(**file, failed)) {
        return options.apply([](std::string_view) { return std::nullopt; });
    }
    TRY_ASSIGN(const auto settings, config::Settings::load(**file));
    warn_of_environment(settings, common, **file, log);
    warn_of_sections(settings, path, common, options, log);
    const config::Parameters parameters = settings.parameters(common.config_environment, path);
    return options.apply([&](std::string_view key) -> std::optional<Configured> {
        const auto found = parameters.find(std::string(key));
        if (found == parameters.end()) {
            return std::nullopt;
        }
        return Configured{config::arguments(found->second), found->second.where()};
    });
}

} // namespace samara::cli
