#include "aws_client/credential_cache.h"
#include "aws_client/credential_chain.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "data/python_json.h"
#include "data/write.h"
#include "os/file.h"

#include <charconv>
#include <ctime>
#include <memory>

#include <fmt/format.h>

// Roles: by the keys of another profile or of the machine, or by a token of an identity provider.
namespace samara::aws_client {

namespace {

using Visited = std::set<std::string>;

std::string generated_name() {
    return fmt::format("botocore-session-{}", std::time(nullptr));
}

const std::string* find(const ChainContext& context, const std::string& profile, const char* key) {
    return context.config().find(profile, key);
}

bool has_role(const ChainContext& context, const std::string& profile) {
    return find(context, profile, "role_arn") != nullptr &&
           find(context, profile, "web_identity_token_file") == nullptr;
}

bool has_static_keys(const ChainContext& context, const std::string& profile) {
    return find(context, profile, "aws_access_key_id") != nullptr;
}

tl::unexpected<AwsError> invalid(std::string message, std::string hint = {}) {
    return aws_fail(AwsFailure::credentials, std::move(message), std::move(hint));
}

AwsResult<Keys>
keys_for_role(const ChainContext& context, const std::string& profile, Visited& visited);

AwsResult<Keys>
keys_of_source(const ChainContext& context, const std::string& source, Visited& visited) {
    if (has_static_keys(context, source) || !has_role(context, source)) {
        AWS_TRY_ASSIGN(auto keys, profile_keys(context, source));
        if (keys) {
            return std::move(*keys);
        }
        return invalid(fmt::format("The source profile \"{}\" must have credentials.", source));
    }
    return keys_for_role(context, source, visited);
}

AwsResult<Keys> keys_of_machine(const ChainContext& context, const std::string& source) {
    KeyResult found = std::nullopt;
    if (source == "Environment") {
        ChainContext anew{context.sender, false, context.ask_secret};
        found = environment_keys(anew, {});
    } else if (source == "Ec2InstanceMetadata") {
        found = machine_keys(context, {});
    } else if (source == "EcsContainer") {
        found = container_keys(context, {});
    } else {
        return invalid(
            fmt::format("Unsupported Credential Source Type: {}", source),
            "credential_source is Environment, Ec2InstanceMetadata or EcsContainer");
    }
    AWS_TRY_ASSIGN(auto keys, std::move(found));
    if (keys) {
        return std::move(*keys);
    }
    return invalid(fmt::format(
        "Error when retrieving credentials from {}: No credentials found in credential_source "
        "referenced in profile",
        source));
}

AwsResult<Keys>
keys_under_role(const ChainContext& context, const std::string& profile, Visited& visited) {
    const std::string* source = find(context, profile, "source_profile");
    const std::string* machine = find(context, profile, "credential_source");
    if (source != nullptr && machine != nullptr) {
        return invalid(fmt::format(
            "The profile \"{}\" contains both source_profile and credential_source.", profile));
    }
    if (machine != nullptr) {
        return keys_of_machine(context, *machine);
    }
    if (source == nullptr) {
        return invalid(
            fmt::format(
                "Partial credentials found in assume-role, missing: source_profile or "
                "credential_source (profile \"{}\")",
                profile),
            "add source_profile = PROFILE beside role_arn");
    }
    if (!context.config().has_profile(*source)) {
        return invalid(fmt::format(
            "The source_profile \"{}\" referenced in the profile \"{}\" does not exist.",
            *source,
            profile));
    }
    if (*source == profile) { // the same profile's own keys
        if (!has_static_keys(context, profile)) {
            return invalid(fmt::format(
                "Infinite loop in credential configuration detected. Attempting to load from "
                "profile {} which has already been visited.",
                profile));
        }
        return keys_of_source(context, *source, visited);
    }
    return keys_of_source(context, *source, visited);
}

// The arguments of the call but for what is made up for each, in the order that the name of the
// cached file is made of.
data::Map role_arguments(const ChainContext& context, const std::string& profile) {
    data::Map arguments;
    arguments.set("RoleArn", *find(context, profile, "role_arn"));
    const std::string* duration = find(context, profile, "duration_seconds");
    std::int64_t seconds = 0;
    if (duration != nullptr &&
        std::from_chars(duration->data(), duration->data() + duration->size(), seconds).ec ==
            std::errc()) {
        arguments.set("DurationSeconds", seconds);
    }
    for (const auto& [key, member] :
         {std::pair{"external_id", "ExternalId"},
          std::pair{"mfa_serial", "SerialNumber"},
          std::pair{"role_session_name", "RoleSessionName"}}) {
        if (const std::string* value = find(context, profile, key)) {
            arguments.set(member, *value);
        }
    }
    return arguments;
}

AwsResult<Keys>
keys_for_role(const ChainContext& context, const std::string& profile, Visited& visited) {
    if (!visited.insert(profile).second) {
        return invalid(fmt::format(
            "Infinite loop in credential configuration detected. Attempting to load from profile "
            "{} which has already been visited.",
            profile));
    }
    data::Map arguments = role_arguments(context, profile);
    const std::string cache_name = data::write_python_json(arguments, {.sorted = true});
    const bool asks = arguments.contains("SerialNumber");
    if (auto cached = cached_keys(cache_name);
        cached && cached->access_key_id != context.refused_key_id) {
        cached->renewable = !asks;
        return std::move(*cached);
    }
    AWS_TRY_ASSIGN(auto under, keys_under_role(context, profile, visited));
    if (!arguments.contains("RoleSessionName")) {
        arguments.set("RoleSessionName", generated_name());
    }
    if (asks) {
        const std::string serial = data::text_of(arguments.find("SerialNumber"));
        const std::string question = fmt::format("Enter MFA code for {}: ", serial);
        auto code = context.ask_secret ? context.ask_secret(question) : std::nullopt;
        if (!code) {
            return invalid(
                fmt::format(
                    "the profile \"{}\" needs an MFA code, and nobody can be asked", profile),
                "run any AWS CLI command with this profile before: its credentials are shared");
        }
        arguments.set("TokenCode", std::move(*code));
    }
    FixedKeys source(std::move(under));
    AWS_TRY_ASSIGN(
        auto reply,
        context.sender.send(
            {.service = "sts",
             .operation = "AssumeRole",
             .input = std::move(arguments),
             .region = context.sts_region()},
            source));
    auto keys = keys_in(reply.value.find("Credentials"));
    if (!keys) {
        return invalid("the answer to AssumeRole has no credentials");
    }
    cache_answer(cache_name, reply.value);
    keys->renewable = !asks;
    keys->source = "assume-role";
    return std::move(*keys);
}

} // namespace

KeyResult role_keys(const ChainContext& context, const std::string& profile) {
    if (!has_role(context, profile)) {
        return std::nullopt;
    }
    Visited visited;
    AWS_TRY_ASSIGN(auto keys, keys_for_role(context, profile, visited));
    return keys;
}

KeyResult web_identity_keys(const ChainContext& context, const std::string& profile) {
    struct Setting {
        const char* variable;
        const char* key;
    };

    const bool own = profile == context.sender.settings().profile && !context.explicit_profile;
    const auto get = [&](const Setting& setting) -> std::optional<std::string> {
        if (auto value = own ? set_variable(setting.variable) : std::nullopt) {
            return value;
        }
        const std::string* value = find(context, profile, setting.key);
        return value == nullptr ? std::nullopt : std::optional(*value);
    };
    const auto file = get({"AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file"});
    if (!file) {
        return std::nullopt;
    }
    const auto role = get({"AWS_ROLE_ARN", "role_arn"});
    if (!role) {
        return invalid(
            "The provided profile or the current environment is configured to assume role with "
            "web identity but has no role ARN configured.",
            "set AWS_ROLE_ARN, or role_arn in the profile");
    }
    AWS_TRY_ASSIGN(const auto token, os::read_file(expand_path(*file)));
    data::Map arguments;
    arguments.set("RoleArn", *role);
    arguments.set(
        "RoleSessionName",
        get({"AWS_ROLE_SESSION_NAME", "role_session_name"}).value_or(generated_name()));
    arguments.set("WebIdentityToken", std::string(base::trim(token)));
    FixedKeys nobody{Keys()};
    AWS_TRY_ASSIGN(
        auto reply,
        context.sender.send(
            {.service = "sts",
             .operation = "AssumeRoleWithWebIdentity",
             .input = std::move(arguments),
             .region = context.sts_region()},
            nobody));
    auto keys = keys_in(reply.value.find("Credentials"));
    if (!keys) {
        return invalid("the answer to AssumeRoleWithWebIdentity has no credentials");
    }
    keys->renewable = true;
    keys->source = "web-identity";
    return keys;
}

} // namespace samara::aws_client
