#pragma once

#include "base/error.h"

#include <map>
#include <string>
#include <string_view>

/// Who may sign requests to an API.
namespace samara::aws_client {

struct IamCredential {
    std::string name; ///< of the profile; stands for the user
    std::string secret_key;
    std::string session_token; ///< may be empty
};

/// By access key id.
using IamCredentials = std::map<std::string, IamCredential, std::less<>>;

/// A shared credentials file: [profile], aws_access_key_id, aws_secret_access_key,
/// aws_session_token. Profiles without a key are left out. `file` is named in errors, with the
/// line. docs.aws.amazon.com/sdkref/latest/guide/file-format.html
base::Result<IamCredentials> parse_credentials(std::string_view text, const std::string& file);

} // namespace samara::aws_client
