#include "aws_client/credentials.h"

#include "aws/ini.h"
#include "aws/partition.h"
#include "base/try.h"
#include "data/read.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/process.h"

#include <chrono>

#include <fmt/format.h>

namespace samara::aws_client {

namespace {

std::filesystem::path shared_file(const std::string& variable, std::string_view name) {
    if (const auto path = os::variable(variable)) {
        return *path;
    }
    return std::filesystem::path(os::variable("HOME").value_or("/")) / ".aws" / name;
}

// A file of ~/.aws, empty when it cannot be read: most machines have none.
aws::Ini read_ini(const std::filesystem::path& path) {
    return aws::parse_ini(os::read_file(path).value_or(""));
}

std::optional<Credentials> of_section(const aws::IniSection* section) {
    const auto value = [&](std::string_view key) {
        return section == nullptr ? nullptr : section->find(key);
    };
    const std::string* id = value("aws_access_key_id");
    const std::string* secret = value("aws_secret_access_key");
    if (id == nullptr || secret == nullptr) {
        return std::nullopt;
    }
    const std::string* token = value("aws_session_token");
    return Credentials{*id, *secret, token == nullptr ? std::string() : *token};
}

// The profile that counts when an option names none.
std::string profile_name(const std::string& given) {
    for (const char* name : {"AWS_DEFAULT_PROFILE", "AWS_PROFILE"}) {
        if (!given.empty()) {
            break;
        }
        if (auto profile = os::variable(name); profile && !profile->empty()) {
            return *profile;
        }
    }
    return given;
}

std::string config_section(const std::string& profile) {
    return profile.empty() || profile == "default" ? "default" : "profile " + profile;
}

} // namespace

base::Result<Credentials> find_credentials(const std::string& given) {
    const auto credentials_file = shared_file("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    const auto config_file = shared_file("AWS_CONFIG_FILE", "config");
    // Keys in the environment give way to a profile of the command line, not to AWS_PROFILE.
    if (given.empty()) {
        const auto key = os::variable("AWS_ACCESS_KEY_ID");
        const auto secret = os::variable("AWS_SECRET_ACCESS_KEY");
        if (key && secret) {
            return Credentials{*key, *secret, os::variable("AWS_SESSION_TOKEN").value_or("")};
        }
    }
    const std::string profile = profile_name(given);
    const std::string name = profile.empty() ? "default" : profile;
    const aws::Ini credentials = read_ini(credentials_file);
    const aws::IniSection* shared = credentials.find(name);
    if (auto found = of_section(shared)) {
        return *found;
    }
    const aws::Ini config = read_ini(config_file);
    const aws::IniSection* configured = config.find(config_section(name));
    if (auto found = of_section(configured)) {
        return *found;
    }
    if (!profile.empty() && configured == nullptr && shared == nullptr) {
        return base::fail(
            fmt::format(
                "profile '{}' is neither in {} nor in {}",
                profile,
                credentials_file.string(),
                config_file.string()),
            "name one that is there with --profile or AWS_PROFILE, or leave both out");
    }
    return Credentials{};
}

base::Result<Credentials> credentials_for_aws(
    const Credentials& found, const std::string& profile, const os::Cancellation& cancel) {
    if (!found.stand_in()) {
        return found;
    }
    const std::string_view hint = "aws configure stores some; aws sso login gets them for a while";
    if (!os::find_program("aws")) {
        return base::fail("there are no AWS credentials", std::string(hint));
    }
    os::Command command;
    command.argv = {"aws", "configure", "export-credentials", "--format", "process"};
    if (!profile.empty()) {
        command.argv.insert(command.argv.end(), {"--profile", profile});
    }
    // It may ask an endpoint (single sign-on, the metadata of a machine) that does not answer.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    TRY_ASSIGN(const auto exported, os::run(command, cancel, deadline));
    // The answer for a credential_process: docs.aws.amazon.com/sdkref/latest/guide/
    // feature-process-credentials.html
    const auto answer = data::read_json(exported.out, "aws configure export-credentials");
    const auto text = [&](std::string_view name) {
        const data::Value* value = answer ? answer->find(name) : nullptr;
        return value == nullptr ? std::string() : std::string(value->text());
    };
    Credentials credentials{text("AccessKeyId"), text("SecretAccessKey"), text("SessionToken")};
    if (!exported.status.success() || credentials.access_key_id.empty()) {
        return base::fail("there are no AWS credentials", std::string(hint));
    }
    return credentials;
}

std::string find_region(const std::string& given, const std::string& profile) {
    if (!given.empty()) {
        return given;
    }
    for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
        if (const auto region = os::variable(name); region && !region->empty()) {
            return *region;
        }
    }
    const aws::Ini config = read_ini(shared_file("AWS_CONFIG_FILE", "config"));
    const aws::IniSection* section = config.find(config_section(profile_name(profile)));
    const std::string* region = section == nullptr ? nullptr : section->find("region");
    return region == nullptr ? std::string(aws::default_region) : *region;
}

} // namespace samara::aws_client
