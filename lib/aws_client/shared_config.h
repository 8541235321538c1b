#pragma once

#include "aws/ini.h"
#include "base/error.h"

#include <optional>
#include <string>
#include <string_view>

/// The files that AWS's tools share: $AWS_CONFIG_FILE (~/.aws/config) and
/// $AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials). What is not there is empty.
/// docs.aws.amazon.com/sdkref/latest/guide/file-format.html
namespace samara::aws_client {

class SharedConfig {
public:
    static SharedConfig load();

    /// From texts, as the two files would be.
    SharedConfig(std::string_view config, std::string_view credentials);

    [[nodiscard]] bool has_profile(std::string_view name) const;

    /// [name] of the credentials file, [default] or [profile name] of the config file, or nullptr.
    [[nodiscard]] const aws::IniSection* in_credentials(std::string_view name) const;
    [[nodiscard]] const aws::IniSection* in_config(std::string_view name) const;

    /// A value of a profile: the credentials file wins. nullptr when it is in neither.
    [[nodiscard]] const std::string* find(std::string_view profile, std::string_view key) const;

    /// A nested value: "s3" and "addressing_style".
    [[nodiscard]] const std::string*
    find(std::string_view profile, std::string_view key, std::string_view nested) const;

    /// [sso-session name], [services name], or nullptr.
    [[nodiscard]] const aws::IniSection*
    section(std::string_view kind, std::string_view name) const;

private:
    aws::Ini config_;
    aws::Ini credentials_;
};

/// The profile that counts: `given` (--profile), AWS_DEFAULT_PROFILE, AWS_PROFILE, "default".
std::string profile_name(const std::string& given);

/// The same, once it is known to exist: "default" need not.
base::Result<std::string> check_profile(const SharedConfig& config, const std::string& given);

/// Whether a region can have this name: it becomes a part of host names. So can the empty one,
/// which stands for none.
bool is_region(std::string_view name);

/// What --profile and --region give, before anything is done with them: the profile exists, the
/// region can have that name.
base::Result<void> check_caller(const std::string& profile, const std::string& region);

/// The value of an environment variable that is set and not empty.
std::optional<std::string> set_variable(const std::string& name);

/// ~/.aws
std::string aws_folder();

/// The paths of the two files.
std::string shared_config_file();
std::string shared_credentials_file();

/// `~` and $VARIABLES in a path, as a shell has them.
std::string expand_path(std::string_view path);

} // namespace samara::aws_client
