#include "configuration.h"

#include "config/save.h"
#include "config/settings.h"

#include <filesystem>

#include <fmt/format.h>

namespace samara::cli {

namespace {

namespace fs = std::filesystem;

fs::path template_folder(const CommonOptions& common) {
    return fs::path(common.template_file).parent_path(); // empty: this folder
}

// --config-file, relative to this folder, else the one beside the template.
base::Result<std::optional<fs::path>> settings_file(const CommonOptions& common) {
    if (common.config_file.empty()) {
        return config::find_settings(template_folder(common));
    }
    std::error_code failed;
    if (!fs::exists(common.config_file, failed) && !common.save_params) {
        return base::fail(
            fmt::format("Config file {} does not exist or could not be read!", common.config_file),
            "leave --config-file out to use samconfig.toml beside the template");
    }
    return std::optional<fs::path>(common.config_file);
}

base::Result<void> save(
    std::string_view path,
    const CommonOptions& common,
    const Options& options,
    const fs::path& file) {
    config::Parameters parameters;
    for (const auto& [key, values] : options.given()) {
        if (key == "save_params" || key == "config_file" || key == "config_env") {
            continue;
        }
        data::List list(values.begin(), values.end());
        const bool flag = list.size() == 1 && (values[0] == "true" || values[0] == "false");
        parameters[key] = flag               ? data::Value(values[0] == "true")
                          : list.size() == 1 ? list[0]
                                             : data::Value(std::move(list));
    }
    return config::save_parameters(file, common.config_environment, path, parameters);
}

} // namespace

base::Result<void>
apply_configuration(std::string_view path, const CommonOptions& common, Options& options) {
    const auto file = settings_file(common);
    if (!file) {
        return base::fail(file.error());
    }
    if (common.save_params) {
        auto saved =
            save(path, common, options, file->value_or(template_folder(common) / "samconfig.toml"));
        if (!saved) {
            return saved;
        }
    }
    std::error_code failed;
    if (!*file || !fs::exists(**file, failed)) {
        return {};
    }
    const auto settings = config::Settings::load(**file);
    if (!settings) {
        return base::fail(settings.error());
    }
    const config::Parameters parameters = settings->parameters(common.config_environment, path);
    return options.apply([&](std::string_view key) -> std::optional<std::vector<std::string>> {
        const auto found = parameters.find(std::string(key));
        return found == parameters.end() ? std::nullopt
                                         : std::optional(config::arguments(found->second));
    });
}

} // namespace samara::cli
