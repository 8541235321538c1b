#include "app/doctor/checks.h"
#include "aws/ini.h"
#include "base/strings.h"
#include "os/file.h"
#include "os/process.h"

#include <array>
#include <system_error>

#include <fmt/format.h>

#include <sys/stat.h>

namespace samara::app::doctor {

namespace fs = std::filesystem;

namespace {

// The nearest folder that exists: what is to be made below it lands on the same disk.
fs::path existing(fs::path folder) {
    std::error_code failed;
    while (!fs::exists(folder, failed) && folder.has_relative_path()) {
        folder = folder.parent_path();
    }
    return folder;
}

std::string gigabytes(std::uintmax_t bytes) {
    constexpr double unit = 1e9;
    return fmt::format("{:.1f} GB", static_cast<double>(bytes) / unit);
}

bool same_disk(const fs::path& one, const fs::path& other) {
    struct stat first {};

    struct stat second {};

    return ::stat(one.c_str(), &first) == 0 && ::stat(other.c_str(), &second) == 0 &&
           first.st_dev == second.st_dev;
}

std::vector<std::string> profiles_in(const fs::path& file) {
    std::vector<std::string> names;
    const auto text = os::read_file(file);
    if (!text) {
        return names;
    }
    for (const aws::IniSection& section : aws::parse_ini(*text).sections) {
        constexpr std::string_view prefix = "profile ";
        if (section.name.starts_with("sso-session ") || section.name.starts_with("services ")) {
            continue;
        }
        names.push_back(
            section.name.starts_with(prefix) ? section.name.substr(prefix.size()) : section.name);
    }
    return names;
}

} // namespace

Check check_disk(const fs::path& cache, const fs::path& temporary) {
    Check check{.name = "disk"};
    constexpr std::uintmax_t enough = 1'000'000'000; // a few unpacked functions and a layer
    std::vector<fs::path> folders{existing(cache), existing(temporary)};
    if (same_disk(folders[0], folders[1])) {
        folders.pop_back();
    }
    for (const fs::path& folder : folders) {
        std::error_code failed;
        const fs::space_info space = fs::space(folder, failed);
        check.found += fmt::format(
            "{}{} free in {}",
            check.found.empty() ? "" : ", ",
            failed ? "unknown" : gigabytes(space.available),
            folder.string());
        if (!failed && space.available < enough) {
            check.state = CheckState::limited;
            check.mend = "make room: `docker image prune`, ~/.cache/samara, ~/.aws-sam; or set "
                         "TMPDIR and XDG_CACHE_HOME to another disk";
        }
    }
    return check;
}

Check check_credentials(
    const std::map<std::string, std::string>& environment, const fs::path& home) {
    Check check{.name = "credentials"};
    std::vector<std::string> names;
    constexpr std::array variables{
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_DEFAULT_PROFILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ROLE_ARN",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI"};
    const auto value = [&](const char* name) {
        const auto found = environment.find(name);
        return found == environment.end() ? std::string() : found->second;
    };
    for (const char* name : variables) {
        if (!value(name).empty()) {
            names.emplace_back(name);
        }
    }
    std::vector<std::string> parts;
    if (!names.empty()) {
        parts.push_back(fmt::format("variables {}", base::join(names, ", ")));
    }
    for (const auto& [variable, file] :
         {std::pair("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
          std::pair("AWS_CONFIG_FILE", "config")}) {
        const std::string named = value(variable);
        const fs::path path = named.empty() ? home / ".aws" / file : fs::path(named);
        const auto profiles = profiles_in(path);
        if (!profiles.empty()) {
            parts.push_back(
                fmt::format("profiles {} in {}", base::join(profiles, ", "), path.string()));
        }
    }
    if (parts.empty()) {
        check.state = CheckState::limited;
        check.found =
            "none: functions get stand-ins; layers by ARN and the cloud commands need some";
        check.mend =
            "aws configure, aws configure sso, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    } else {
        check.found = base::join(parts, "; ");
    }
    return check;
}

Check check_build_tools() {
    Check check{.name = "build_tools"};
    // https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/building-lambda-functions.html
    constexpr std::array tools{
        "pip3",
        "uv",
        "poetry",
        "npm",
        "pnpm",
        "yarn",
        "esbuild",
        "bundle",
        "gradle",
        "mvn",
        "go",
        "dotnet",
        "cargo",
        "cargo-lambda",
        "make"};
    std::vector<std::string> found;
    std::vector<std::string> missing;
    for (const char* tool : tools) {
        (os::find_program(tool) ? found : missing).emplace_back(tool);
    }
    check.found = found.empty() ? std::string("none") : base::join(found, ", ");
    if (!missing.empty()) {
        check.found += fmt::format("; not here: {}", base::join(missing, ", "));
        check.mend = "where a function needs one: install it, or samara build --use-container";
    }
    return check;
}

} // namespace samara::app::doctor
