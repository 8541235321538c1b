#pragma once

#include "base/error.h"
#include "base/log.h"

#include <filesystem>
#include <string>
#include <vector>

namespace samara::app {

/// Fetches the AWS SDK for JavaScript from npm, of the version that schemas/nodejs_sdk.json names,
/// into the folder that the sandbox shows to Node.js functions: what is there already, what that
/// file lists, and `packages` ("client-polly" or "@aws-sdk/client-polly"). The folder appears whole
/// or stays as it was. Gives the folder.
base::Result<std::filesystem::path>
fetch_node_sdk(const std::vector<std::string>& packages, const base::Log& log);

} // namespace samara::app
