#pragma once

#include "aws_client/session.h"
#include "command.h"
#include "os/cancellation.h"

#include <memory>

/// What commands that talk to AWS share.
namespace samara::cli {

/// The options of those that need no template: region, profile, configuration.
void declare_cloud(Options& options, CommonOptions& common);

/// Asks for what a profile wants to be asked for (an MFA code) on the terminal.
aws_client::AwsResult<std::shared_ptr<aws_client::Session>>
open_session(Console& console, const CommonOptions& common, const os::Cancellation& cancel);

} // namespace samara::cli
