#pragma once

#include "base/error.h"

#include <string>

namespace samara::aws_client {

struct Credentials {
    std::string access_key_id = "defaultkey";
    std::string secret_access_key = "defaultsecret";
    std::string session_token; ///< may be empty

    /// Whether these are only what stands in for the caller's.
    [[nodiscard]] bool stand_in() const { return access_key_id == Credentials().access_key_id; }
};

/// The caller's own, as the AWS CLI finds them: the profile `given` (--profile), the keys in the
/// environment, the profile of AWS_DEFAULT_PROFILE or AWS_PROFILE, the default one, each from
/// $AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials) or $AWS_CONFIG_FILE (~/.aws/config); else the
/// stand-ins. Fails when a profile that was asked for does not exist.
/// https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
base::Result<Credentials> find_credentials(const std::string& given);

/// --region, AWS_REGION, AWS_DEFAULT_REGION, the profile's region, us-east-1.
std::string find_region(const std::string& given, const std::string& profile);

} // namespace samara::aws_client
