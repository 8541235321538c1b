#include "config/settings.h"

#include "config/format.h"
#include "data/nul.h"
#include "os/file.h"

#include <array>

#include <fmt/format.h>

namespace samara::config {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view global_section = "global";
constexpr std::string_view parameters_key = "parameters";
constexpr std::string_view version_key = "version";

base::Result<void> expect_table(const data::Value& value, std::string_view name) {
    if (value.is_map()) {
        return {};
    }
    return base::fail(
        fmt::format("{} must be a table, not {}", name, data::kind_name(value.kind())),
        "options are written as [<environment>.<command>.parameters], one option a line",
        value.where());
}

// A file that says anything says its version, and writes it with a point: the AWS SAM CLI refuses
// the others, so a file without it configures nothing there.
base::Result<void> check_version(const data::Value& document) {
    const data::Value* version = document.find(version_key);
    if (document.as_map()->empty() || (version != nullptr && version->as_number() != nullptr)) {
        return {};
    }
    return base::fail(
        "'version' key is not present or is in unrecognized format.",
        "begin the file with: version = 0.1",
        version == nullptr ? document.where() : version->where());
}

base::Result<void> check(const data::Value& document) {
    if (auto checked = check_version(document); !checked) {
        return checked;
    }
    for (const auto& [environment, commands, place] : *document.as_map()) {
        if (environment == version_key) {
            continue;
        }
        if (auto checked = expect_table(commands, environment); !checked) {
            return checked;
        }
        for (const auto& [command, section, section_place] : *commands.as_map()) {
            const std::string name = fmt::format("{}.{}", environment, command);
            if (auto checked = expect_table(section, name); !checked) {
                return checked;
            }
            const data::Value* parameters = section.find(parameters_key);
            if (parameters != nullptr) {
                if (auto checked = expect_table(*parameters, name + ".parameters"); !checked) {
                    return checked;
                }
            }
        }
    }
    return {};
}

} // namespace

std::string section_name(std::string_view words) {
    std::string name(words);
    for (char& c : name) {
        c = c == ' ' || c == '-' ? '_' : c;
    }
    return name;
}

base::Result<Settings> Settings::load(const fs::path& path) {
    if (!is_format(path)) {
        return base::fail(
            fmt::format(
                "The config file {} uses an unsupported extension, and cannot be read.",
                path.string()),
            "name it .toml, .yaml, .yml or .json");
    }
    auto text = os::read_file(path);
    if (!text) {
        return tl::unexpected(std::move(text.error()));
    }
    auto document = read_settings(*text, path);
    if (!document) {
        return tl::unexpected(std::move(document.error()));
    }
    Settings settings;
    if (document->is_null()) {
        return settings;
    }
    if (const auto nul = data::find_nul(*document)) {
        return base::fail(
            fmt::format("{} holds a NUL character, which no option takes", nul->path),
            "take it out",
            nul->where);
    }
    if (auto checked = expect_table(*document, path.string()); !checked) {
        return tl::unexpected(std::move(checked.error()));
    }
    if (auto checked = check(*document); !checked) {
        return tl::unexpected(std::move(checked.error()));
    }
    settings.document_ = std::move(*document);
    return settings;
}

Parameters Settings::parameters(std::string_view environment, std::string_view command) const {
    Parameters merged;
    const data::Value* commands = document_.find(environment);
    if (commands == nullptr) {
        return merged;
    }
    for (const std::string& name : {std::string(global_section), section_name(command)}) {
        const data::Value* section = commands->find(name);
        const data::Value* options = section == nullptr ? nullptr : section->find(parameters_key);
        if (options != nullptr) {
            for (const data::Entry& option : *options->as_map()) {
                merged[section_name(option.key)] = option.value;
            }
        }
    }
    return merged;
}

bool Settings::has_environment(std::string_view environment) const {
    const data::Value* commands = document_.find(environment);
    return commands != nullptr && commands->is_map();
}

std::vector<std::string> Settings::environments() const {
    std::vector<std::string> names;
    for (const data::Entry& entry : *document_.as_map()) {
        if (entry.value.is_map()) {
            names.push_back(entry.key);
        }
    }
    return names;
}

std::vector<fs::path> find_settings(const fs::path& folder) {
    constexpr std::array names{
        "samconfig.toml", "samconfig.yaml", "samconfig.yml", "samconfig.json"};
    std::vector<fs::path> found;
    for (const char* name : names) {
        std::error_code ignored;
        if (fs::is_regular_file(folder / name, ignored)) {
            found.push_back(folder / name);
        }
    }
    return found;
}

std::vector<std::string> arguments(const data::Value& value) {
    std::vector<std::string> texts;
    if (const data::List* list = value.as_list()) {
        for (const data::Value& item : *list) {
            for (std::string& text : arguments(item)) {
                texts.push_back(std::move(text));
            }
        }
    } else if (const data::Map* map = value.as_map()) {
        for (const data::Entry& entry : *map) {
            texts.push_back(fmt::format("{}={}", entry.key, data::scalar_text(entry.value)));
        }
    } else if (!value.is_null()) {
        texts.push_back(data::scalar_text(value));
    }
    return texts;
}

} // namespace samara::config
