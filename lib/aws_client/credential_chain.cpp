#include "aws_client/credential_chain.h"

#include "aws_client/credential_cache.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace samara::aws_client {

namespace {

struct Place {
    std::string_view name;
    KeyResult (*look)(const ChainContext&, const std::string&);
    bool of_profile; ///< not of the machine: a role may be assumed from it
};

constexpr std::array<Place, 10> places{{
    {"environment", environment_keys, false},
    {"assume-role", role_keys, false},
    {"web-identity", web_identity_keys, true},
    {"sso", sso_keys, true},
    {"credentials file", credentials_file_keys, true},
    {"login", login_keys, true},
    {"credential_process", process_keys, true},
    {"config file", config_file_keys, true},
    {"container", container_keys, false},
    {"instance metadata", machine_keys, false},
}};

AwsResult<std::optional<Keys>> keys_of_section(const aws::IniSection* section) {
    const auto value = [&](std::string_view key) {
        return section == nullptr ? nullptr : section->find(key);
    };
    const std::string* id = value("aws_access_key_id");
    if (id == nullptr) {
        return std::nullopt;
    }
    const std::string* secret = value("aws_secret_access_key");
    if (secret == nullptr) {
        return aws_fail(
            AwsFailure::credentials,
            fmt::format(
                "Partial credentials found: [{}] has aws_access_key_id, but no "
                "aws_secret_access_key",
                section->name));
    }
    const std::string* token = value("aws_session_token");
    if (token == nullptr) {
        token = value("aws_security_token");
    }
    return Keys{*id, *secret, token == nullptr ? std::string() : *token};
}

} // namespace

std::string ChainContext::sts_region() const {
    const std::string& region = sender.settings().region;
    return region.empty() ? "us-east-1" : region;
}

KeyResult environment_keys(const ChainContext& context, const std::string& /*profile*/) {
    const auto id = set_variable("AWS_ACCESS_KEY_ID");
    if (!id || context.explicit_profile) {
        return std::nullopt;
    }
    const auto secret = set_variable("AWS_SECRET_ACCESS_KEY");
    if (!secret) {
        return aws_fail(
            AwsFailure::credentials,
            "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY");
    }
    Keys keys{*id, *secret, {}};
    for (const char* name : {"AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"}) {
        if (auto token = set_variable(name); token && keys.session_token.empty()) {
            keys.session_token = std::move(*token);
        }
    }
    if (const auto expires = set_variable("AWS_CREDENTIAL_EXPIRATION")) {
        keys.expires = parse_time(*expires);
        if (keys.expires && !lasts(keys, std::chrono::minutes(0))) {
            return aws_fail(
                AwsFailure::credentials,
                "Credentials were refreshed, but the refreshed credentials are still expired.",
                "AWS_CREDENTIAL_EXPIRATION is in the past: get new credentials");
        }
    }
    return keys;
}

KeyResult credentials_file_keys(const ChainContext& context, const std::string& profile) {
    return keys_of_section(context.config().in_credentials(profile));
}

KeyResult config_file_keys(const ChainContext& context, const std::string& profile) {
    return keys_of_section(context.config().in_config(profile));
}

KeyResult profile_keys(const ChainContext& context, const std::string& profile) {
    for (const Place& place : places) {
        if (!place.of_profile) {
            continue;
        }
        AWS_TRY_ASSIGN(auto keys, place.look(context, profile));
        if (keys) {
            return keys;
        }
    }
    return std::nullopt;
}

AwsResult<Keys> find_keys(const ChainContext& context) {
    const std::string& profile = context.sender.settings().profile;
    for (const Place& place : places) {
        AWS_TRY_ASSIGN(auto keys, place.look(context, profile));
        if (keys) {
            if (keys->source.empty()) {
                keys->source = place.name;
            }
            return std::move(*keys);
        }
    }
    AwsError error;
    error.failure = AwsFailure::credentials;
    error.code = no_credentials;
    error.message = "Unable to locate credentials";
    error.hint = "aws configure stores some; aws sso login gets them for a while";
    return aws_fail(std::move(error));
}

} // namespace samara::aws_client
