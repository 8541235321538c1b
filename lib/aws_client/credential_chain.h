#pragma once

#include "aws_client/keys.h"
#include "aws_client/sender.h"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

/// Where credentials come from, in the order of the AWS CLI.
/// docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
namespace samara::aws_client {

/// Asks the one before the terminal for something that must not be shown; nothing comes back where
/// nobody can be asked.
using AskSecret = std::function<std::optional<std::string>(std::string_view question)>;

struct ChainContext {
    Sender& sender;                ///< with the files and the profile
    bool explicit_profile = false; ///< by --profile: it comes before keys in the environment
    AskSecret ask_secret = {};
    /// AWS has said that these have expired, whatever their file says.
    std::string refused_key_id = {};
    bool only_known_machines = false; ///< ask for metadata of an EC2 instance on one only

    [[nodiscard]] const SharedConfig& config() const { return sender.settings().config; }

    /// Where STS is asked: the session's region, or the one that answers for all.
    [[nodiscard]] std::string sts_region() const;
};

/// One place to look in for a profile: nothing when it has none there. An error ends the search.
using KeyResult = AwsResult<std::optional<Keys>>;

KeyResult environment_keys(const ChainContext& context, const std::string& profile);
KeyResult role_keys(const ChainContext& context, const std::string& profile);
KeyResult web_identity_keys(const ChainContext& context, const std::string& profile);
KeyResult sso_keys(const ChainContext& context, const std::string& profile);
KeyResult credentials_file_keys(const ChainContext& context, const std::string& profile);
KeyResult login_keys(const ChainContext& context, const std::string& profile);
KeyResult process_keys(const ChainContext& context, const std::string& profile);
KeyResult config_file_keys(const ChainContext& context, const std::string& profile);
KeyResult container_keys(const ChainContext& context, const std::string& profile);
KeyResult machine_keys(const ChainContext& context, const std::string& profile);

/// What a profile that is the source of another one's role has of its own, or nothing.
KeyResult profile_keys(const ChainContext& context, const std::string& profile);

/// The code of the error when there are none anywhere.
inline constexpr std::string_view no_credentials = "NoCredentials";

/// The first that there are. Fails with "Unable to locate credentials".
AwsResult<Keys> find_keys(const ChainContext& context);

} // namespace samara::aws_client
