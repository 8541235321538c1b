#include "aws_client/shared_config.h"

#include "base/strings.h"
#include "os/environment.h"
#include "os/file.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>

#include <fmt/format.h>

namespace samara::aws_client {

namespace {

std::string path_of(const std::string& variable, std::string_view name) {
    const auto path = set_variable(variable);
    return path ? expand_path(*path) : fmt::format("{}/{}", aws_folder(), name);
}

// "profile dev" and "profile 'my dev'": the name without quotes; nothing for another kind.
std::optional<std::string> name_in(std::string_view heading, std::string_view kind) {
    if (!heading.starts_with(kind)) {
        return std::nullopt;
    }
    const std::string_view rest = heading.substr(kind.size());
    std::string_view name = base::trim(rest);
    if (name.size() == rest.size() || name.empty()) {
        return std::nullopt;
    }
    if (name.size() > 1 && (name.front() == '"' || name.front() == '\'') &&
        name.back() == name.front()) {
        name = name.substr(1, name.size() - 2);
    }
    return std::string(name);
}

const aws::IniSection*
find_section(const aws::Ini& ini, std::string_view kind, std::string_view name) {
    const auto found =
        std::find_if(ini.sections.rbegin(), ini.sections.rend(), [&](const auto& section) {
            return name_in(section.name, kind) == name;
        });
    return found == ini.sections.rend() ? nullptr : &*found;
}

} // namespace

SharedConfig SharedConfig::load() {
    return {
        os::read_file(shared_config_file()).value_or(""), // most machines have none
        os::read_file(shared_credentials_file()).value_or("")};
}

SharedConfig::SharedConfig(std::string_view config, std::string_view credentials)
    : config_(aws::parse_ini(config)), credentials_(aws::parse_ini(credentials)) {}

const aws::IniSection* SharedConfig::in_credentials(std::string_view name) const {
    const aws::IniSection* quoted = credentials_.find(fmt::format("\"{}\"", name));
    return quoted != nullptr ? quoted : credentials_.find(name);
}

const aws::IniSection* SharedConfig::in_config(std::string_view name) const {
    const aws::IniSection* found = find_section(config_, "profile", name);
    return found == nullptr && name == "default" ? config_.find(name) : found;
}

bool SharedConfig::has_profile(std::string_view name) const {
    return in_credentials(name) != nullptr || in_config(name) != nullptr;
}

const std::string* SharedConfig::find(std::string_view profile, std::string_view key) const {
    for (const aws::IniSection* section : {in_credentials(profile), in_config(profile)}) {
        if (const std::string* value = section == nullptr ? nullptr : section->find(key)) {
            return value;
        }
    }
    return nullptr;
}

const std::string*
SharedConfig::find(std::string_view profile, std::string_view key, std::string_view nested) const {
    for (const aws::IniSection* section : {in_credentials(profile), in_config(profile)}) {
        const aws::IniEntry* entry = section == nullptr ? nullptr : section->find_entry(key);
        if (const std::string* value = entry == nullptr ? nullptr : entry->find(nested)) {
            return value;
        }
    }
    return nullptr;
}

const aws::IniSection* SharedConfig::section(std::string_view kind, std::string_view name) const {
    return find_section(config_, kind, name);
}

std::string profile_name(const std::string& given) {
    if (!given.empty()) {
        return given;
    }
    for (const char* variable : {"AWS_DEFAULT_PROFILE", "AWS_PROFILE"}) {
        if (auto name = set_variable(variable)) {
            return *name;
        }
    }
    return "default";
}

base::Result<std::string> check_profile(const SharedConfig& config, const std::string& given) {
    std::string profile = profile_name(given);
    const bool named = !given.empty() || profile != "default";
    if (named && !config.has_profile(profile)) {
        return base::fail(
            fmt::format("The config profile ({}) could not be found", profile),
            fmt::format(
                "name one of {} with --profile or AWS_PROFILE, or leave both out",
                set_variable("AWS_CONFIG_FILE").value_or("~/.aws/config")));
    }
    return profile;
}

bool is_region(std::string_view name) {
    constexpr std::size_t longest = 63;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return name.size() <= longest && !name.starts_with('-') && !name.ends_with('-') &&
           (name.empty() || !std::all_of(name.begin(), name.end(), is_digit)) &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-';
           });
}

base::Result<void> check_caller(const std::string& profile, const std::string& region) {
    if (!is_region(region)) {
        return base::fail(
            fmt::format("Provided region: {} doesn't match a supported format", region),
            "write it like us-east-1");
    }
    if (const auto checked = check_profile(SharedConfig::load(), profile); !checked) {
        return base::fail(checked.error());
    }
    return {};
}

std::optional<std::string> set_variable(const std::string& name) {
    auto value = os::variable(name);
    return value && value->empty() ? std::nullopt : value;
}

std::string aws_folder() {
    return os::variable("HOME").value_or("") + "/.aws";
}

std::string shared_config_file() {
    return path_of("AWS_CONFIG_FILE", "config");
}

std::string shared_credentials_file() {
    return path_of("AWS_SHARED_CREDENTIALS_FILE", "credentials");
}

std::string expand_path(std::string_view path) {
    std::string expanded;
    if (path.starts_with('~') && (path.size() == 1 || path[1] == '/')) {
        expanded = os::variable("HOME").value_or("~");
        path.remove_prefix(1);
    }
    while (!path.empty()) {
        const std::size_t dollar = std::min(path.find('$'), path.size());
        expanded += path.substr(0, dollar);
        path.remove_prefix(dollar);
        if (path.empty()) {
            break;
        }
        const bool braces = path.starts_with("${");
        std::string_view name = path.substr(braces ? 2 : 1);
        const auto* const end = std::find_if(name.begin(), name.end(), [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_';
        });
        name = name.substr(0, static_cast<std::size_t>(end - name.begin()));
        const std::size_t length = name.size() + (braces ? 3 : 1);
        const auto value = os::variable(std::string(name));
        const bool closed = !braces || (length <= path.size() && path[length - 1] == '}');
        if (value && !name.empty() && closed) {
            expanded += *value;
            path.remove_prefix(length);
        } else { // stays as it is
            expanded += path.front();
            path.remove_prefix(1);
        }
    }
    return expanded;
}

} // namespace samara::aws_client
