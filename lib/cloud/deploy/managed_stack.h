#pragma once

#include "aws_client/waiter.h"
#include "cloud/observer.h"

#include <string>

namespace samara::cloud {

inline constexpr std::string_view managed_stack_name = "aws-sam-cli-managed-default";

/// The bucket of the stack that the AWS SAM CLI keeps for its users, which is made where there is
/// none.
aws_client::AwsResult<std::string>
find_or_make_bucket(aws_client::Session& session, Observer& observer);

/// What is told of it where a command uses it; `beside`: not into the result.
void report_bucket(Observer& observer, const std::string& bucket, bool beside);

} // namespace samara::cloud
