#pragma once

#include "base/error.h"
#include "data/value.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// samconfig.toml (or .yaml, .yml, .json): options of commands, kept beside the template.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-config.html
namespace samara::config {

/// Options by their name with '_' between words: "docker_network".
using Parameters = std::map<std::string, data::Value>;

/// "local start-api" as sections name it: "local_start_api"; "docker-network": "docker_network".
std::string section_name(std::string_view words);

/// One configuration file whose shape has been checked:
///   [<environment>.<command>.parameters]  option = value
///   [<environment>.global.parameters]     for every command that has the option
class Settings {
public:
    Settings() = default; ///< nothing configured

    /// Reads by the file's extension. Errors carry file:line:col.
    static base::Result<Settings> load(const std::filesystem::path& path);

    /// What the file configures for a command ("local start-api", "build"): its own section over
    /// the global one. Values keep their place in the file. Empty when there is no such section.
    [[nodiscard]] Parameters
    parameters(std::string_view environment, std::string_view command) const;

    [[nodiscard]] bool has_environment(std::string_view environment) const;
    [[nodiscard]] std::vector<std::string> environments() const;

    [[nodiscard]] const data::Value& document() const { return document_; }

private:
    data::Value document_ = data::Map();
};

/// The configuration files of a folder: samconfig.toml, .yaml, .yml and .json; the first one
/// counts.
std::vector<std::filesystem::path> find_settings(const std::filesystem::path& folder);

/// A value as the arguments of an option that takes texts: each item of a list, a table as K=V, a
/// scalar as it is written.
std::vector<std::string> arguments(const data::Value& value);

} // namespace samara::config
