#pragma once

#include "base/error.h"

#include <optional>
#include <string>

namespace samara::app {

struct Credentials {
    std::string access_key_id = "defaultkey";
    std::string secret_access_key = "defaultsecret";
    std::string session_token; ///< may be empty
};

/// The caller's own, as the AWS CLI finds them: a named profile of the shared credentials file
/// ($AWS_SHARED_CREDENTIALS_FILE, ~/.aws/credentials), the environment, the default profile; else
/// the stand-ins. Fails when a profile that was asked for does not exist.
/// https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
base::Result<Credentials> find_credentials(const std::string& profile);

/// --region, AWS_REGION, AWS_DEFAULT_REGION, the profile's region, us-east-1.
std::string find_region(const std::string& given, const std::string& profile);

} // namespace samara::app
