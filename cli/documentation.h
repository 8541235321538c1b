#pragma once

#include "command.h"

#include <string>
#include <string_view>

/// The commands of the AWS SAM CLI, a row each in schemas/commands.json: their manual pages, and
/// those that samara does not have yet.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-command-reference.html
namespace samara::cli {

/// The address of the manual page of a command ("local invoke"; empty: of the whole). Nothing when
/// there is no such command.
std::optional<std::string> documentation_page(std::string_view command);

/// The commands that have a page, in alphabetical order.
std::vector<std::string_view> documented_commands();

/// When the arguments begin with a command of the AWS SAM CLI that samara does not have: an error
/// that says so, and the command line with another `sam` on the PATH where there is one.
std::optional<base::Error> missing_command(const Arguments& arguments);

} // namespace samara::cli
