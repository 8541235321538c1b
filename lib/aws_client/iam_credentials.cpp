#include "aws_client/iam_credentials.h"

#include "aws/ini.h"

#include <fmt/format.h>

namespace samara::aws_client {

namespace {

/// What keeps the profile from being used, nothing when it is well: one without any key (it may
/// name a role) is.
std::string add_profile(const aws::IniSection& profile, IamCredentials& credentials) {
    const auto value = [&](std::string_view key) {
        const std::string* found = profile.find(key);
        return found == nullptr ? std::string() : *found;
    };
    const std::string access_key = value("aws_access_key_id");
    IamCredential credential{
        profile.name, value("aws_secret_access_key"), value("aws_session_token")};
    if (access_key.empty() != credential.secret_key.empty()) {
        return fmt::format(
            "profile '{}' lacks {}",
            profile.name,
            access_key.empty() ? "aws_access_key_id" : "aws_secret_access_key");
    }
    if (!access_key.empty() && !credentials.emplace(access_key, std::move(credential)).second) {
        return fmt::format("access key '{}' occurs twice", access_key);
    }
    return {};
}

/// Where the profile has its key, or its secret when that is all there is.
std::uint32_t line_of(const aws::IniSection& profile) {
    std::uint32_t line = 0;
    for (const aws::IniEntry& entry : profile.entries) {
        if (entry.key == "aws_access_key_id" ||
            (entry.key == "aws_secret_access_key" && line == 0)) {
            line = entry.line;
        }
    }
    return line;
}

} // namespace

base::Result<IamCredentials> parse_credentials(std::string_view text, const std::string& file) {
    const auto name = std::make_shared<const std::string>(file);
    const auto fail_at = [&](std::string message, std::uint32_t line) {
        return base::fail(std::move(message), {}, {name, line, line == 0 ? 0U : 1U});
    };
    const aws::Ini ini = aws::parse_ini(text);
    if (!ini.unreadable.empty()) {
        return fail_at("this line is neither [profile] nor key = value", ini.unreadable.front());
    }
    IamCredentials credentials;
    for (const aws::IniSection& profile : ini.sections) {
        if (std::string wrong = add_profile(profile, credentials); !wrong.empty()) {
            return fail_at(std::move(wrong), line_of(profile));
        }
    }
    if (credentials.empty()) {
        return fail_at("there is no access key with its secret", 0);
    }
    return credentials;
}

} // namespace samara::aws_client
