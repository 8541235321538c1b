#include "gateway/iam_credentials.h"

#include "base/strings.h"

#include <fmt/format.h>

namespace samara::gateway {

namespace {

/// One profile while it is read.
struct Profile {
    std::string access_key;
    std::uint32_t line = 0; ///< of the access key or the secret
    IamCredential credential;
};

/// What keeps the profile from being used, nothing when it is well: one without any key (it may
/// name a role) is.
std::string add_profile(const Profile& profile, IamCredentials& credentials) {
    if (profile.access_key.empty() != profile.credential.secret_key.empty()) {
        return fmt::format(
            "profile '{}' lacks {}",
            profile.credential.name,
            profile.access_key.empty() ? "aws_access_key_id" : "aws_secret_access_key");
    }
    if (!profile.access_key.empty() &&
        !credentials.emplace(profile.access_key, profile.credential).second) {
        return fmt::format("access key '{}' occurs twice", profile.access_key);
    }
    return {};
}

} // namespace

base::Result<IamCredentials> parse_credentials(std::string_view text, const std::string& file) {
    const auto name = std::make_shared<const std::string>(file);
    const auto fail_at = [&](std::string message, std::uint32_t line) {
        return base::fail(std::move(message), {}, {name, line, line == 0 ? 0U : 1U});
    };
    IamCredentials credentials;
    Profile profile;
    std::uint32_t number = 0;
    for (std::string_view line : base::split(text, '\n')) {
        ++number;
        line = base::trim(line);
        if (line.empty() || line.front() == '#' || line.front() == ';') {
            continue;
        }
        if (line.front() == '[' && line.back() == ']') {
            if (std::string wrong = add_profile(profile, credentials); !wrong.empty()) {
                return fail_at(std::move(wrong), profile.line);
            }
            profile = {};
            profile.credential.name = base::trim(line.substr(1, line.size() - 2));
            continue;
        }
        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) {
            return fail_at("this line is neither [profile] nor key = value", number);
        }
        const std::string key = base::to_lower(base::trim(line.substr(0, equals)));
        const std::string_view value = base::trim(line.substr(equals + 1));
        if (key == "aws_access_key_id") {
            profile.access_key = value;
            profile.line = number;
        } else if (key == "aws_secret_access_key") {
            profile.credential.secret_key = value;
            profile.line = profile.line == 0 ? number : profile.line;
        } else if (key == "aws_session_token") {
            profile.credential.session_token = value;
        }
    }
    if (std::string wrong = add_profile(profile, credentials); !wrong.empty()) {
        return fail_at(std::move(wrong), profile.line);
    }
    if (credentials.empty()) {
        return fail_at("there is no access key with its secret", 0);
    }
    return credentials;
}

} // namespace samara::gateway
