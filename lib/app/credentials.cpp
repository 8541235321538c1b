#include "app/credentials.h"

#include "base/strings.h"
#include "data/read.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/process.h"

#include <chrono>
#include <map>

#include <fmt/format.h>

namespace samara::app {

namespace {

using Section = std::map<std::string, std::string, std::less<>>;

std::filesystem::path shared_file(const std::string& variable, std::string_view name) {
    if (const auto path = os::variable(variable)) {
        return *path;
    }
    return std::filesystem::path(os::variable("HOME").value_or("/")) / ".aws" / name;
}

// One section of an INI file; nothing when file or section is not there.
std::optional<Section> read_section(const std::filesystem::path& path, const std::string& name) {
    const base::Result<std::string> text = os::read_file(path);
    if (!text) {
        return std::nullopt;
    }
    std::optional<Section> section;
    bool inside = false;
    for (const std::string_view raw : base::split(*text, '\n')) {
        const std::string_view line = base::trim(raw);
        if (line.starts_with('[')) {
            inside = base::trim(line.substr(1, line.find(']') - 1)) == name;
            if (inside) {
                section.emplace();
            }
        } else if (const std::size_t equals = line.find('=');
                   inside && equals != std::string_view::npos && !line.starts_with('#')) {
            (*section)[std::string(base::trim(line.substr(0, equals)))] =
                base::trim(line.substr(equals + 1));
        }
    }
    return section;
}

std::optional<Credentials> of_section(const std::optional<Section>& section) {
    if (!section || !section->contains("aws_access_key_id") ||
        !section->contains("aws_secret_access_key")) {
        return std::nullopt;
    }
    const auto token = section->find("aws_session_token");
    return Credentials{
        section->find("aws_access_key_id")->second,
        section->find("aws_secret_access_key")->second,
        token == section->end() ? std::string() : token->second};
}

std::string config_section(const std::string& profile) {
    return profile.empty() || profile == "default" ? "default" : "profile " + profile;
}

} // namespace

base::Result<Credentials> find_credentials(const std::string& profile) {
    const auto credentials_file = shared_file("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    const auto config_file = shared_file("AWS_CONFIG_FILE", "config");
    if (profile.empty()) {
        const auto key = os::variable("AWS_ACCESS_KEY_ID");
        const auto secret = os::variable("AWS_SECRET_ACCESS_KEY");
        if (key && secret) {
            return Credentials{*key, *secret, os::variable("AWS_SESSION_TOKEN").value_or("")};
        }
    }
    const std::string name = profile.empty() ? "default" : profile;
    if (auto found = of_section(read_section(credentials_file, name))) {
        return *found;
    }
    const auto configured = read_section(config_file, config_section(name));
    if (auto found = of_section(configured)) {
        return *found;
    }
    if (!profile.empty() && !configured && !read_section(credentials_file, name)) {
        return base::fail(
            fmt::format(
                "profile '{}' is neither in {} nor in {}",
                profile,
                credentials_file.string(),
                config_file.string()),
            "name one that is there with --profile, or leave it out");
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
    const auto exported = os::run(command, cancel, deadline);
    if (!exported) {
        return base::fail(exported.error());
    }
    // The answer for a credential_process: docs.aws.amazon.com/sdkref/latest/guide/
    // feature-process-credentials.html
    const auto answer = data::read_json(exported->out, "aws configure export-credentials");
    const auto text = [&](std::string_view name) {
        const data::Value* value = answer ? answer->find(name) : nullptr;
        return value == nullptr ? std::string() : std::string(value->text());
    };
    Credentials credentials{text("AccessKeyId"), text("SecretAccessKey"), text("SessionToken")};
    if (!exported->status.success() || credentials.access_key_id.empty()) {
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
    const auto section =
        read_section(shared_file("AWS_CONFIG_FILE", "config"), config_section(profile));
    if (section) {
        if (const auto region = section->find("region"); region != section->end()) {
            return region->second;
        }
    }
    return "us-east-1";
}

} // namespace samara::app
