#include "aws_client/credentials.h"

#include "aws/partition.h"
#include "aws_client/shared_config.h"

#include <fmt/format.h>

namespace samara::aws_client {

namespace {

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

} // namespace

base::Result<Credentials> find_credentials(const std::string& given) {
    // Keys in the environment give way to a profile of the command line, not to AWS_PROFILE.
    if (given.empty()) {
        const auto key = set_variable("AWS_ACCESS_KEY_ID");
        const auto secret = set_variable("AWS_SECRET_ACCESS_KEY");
        if (key && secret) {
            return Credentials{*key, *secret, set_variable("AWS_SESSION_TOKEN").value_or("")};
        }
    }
    const std::string profile = profile_name(given);
    const SharedConfig config = SharedConfig::load();
    for (const aws::IniSection* section :
         {config.in_credentials(profile), config.in_config(profile)}) {
        if (auto found = of_section(section)) {
            return *found;
        }
    }
    const bool named = !given.empty() || profile != "default";
    if (named && !config.has_profile(profile)) {
        return base::fail(
            fmt::format(
                "profile '{}' is neither in {} nor in {}",
                profile,
                shared_credentials_file(),
                shared_config_file()),
            "name one that is there with --profile or AWS_PROFILE, or leave both out");
    }
    return Credentials{};
}

std::string find_region(const std::string& given, const std::string& profile) {
    if (!given.empty()) {
        return given;
    }
    for (const char* name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
        if (const auto region = set_variable(name)) {
            return *region;
        }
    }
    const SharedConfig config = SharedConfig::load();
    const std::string* region = config.find(profile_name(profile), "region");
    return region == nullptr ? std::string(aws::default_region) : *region;
}

} // namespace samara::aws_client
