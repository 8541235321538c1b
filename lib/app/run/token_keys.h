#pragma once

#include "gateway/access/authorization.h"
#include "os/cancellation.h"

#include <filesystem>
#include <string>

/// Where the keys come from that tokens and signatures are checked against.
namespace samara::app {

struct TokenKeyOptions {
    std::filesystem::path jwks;            ///< --jwks: a key set instead of asking issuers
    std::filesystem::path iam_credentials; ///< --iam-credentials: keys that may sign requests
    bool local_issuer = false; ///< --local-issuer: tokens of `local token` count for every issuer
};

/// Fills in `keys` and `iam`. Issuers are asked over https for their discovery document, until
/// `cancel`.
base::Result<void> add_token_keys(
    const TokenKeyOptions& options,
    gateway::AuthorizationOptions& authorization,
    const os::Cancellation& cancel);

/// A token signed by the local issuer of this user, made at first use. `claims` is a JSON object.
base::Result<std::string> local_token(const std::string& claims);

} // namespace samara::app
