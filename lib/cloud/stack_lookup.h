#pragma once

#include "aws_client/cloudformation.h"

#include <string>
#include <vector>

/// Stacks that have to be there.
namespace samara::cloud {

/// "The input stack NAME does not exist on Cloudformation in the region REGION".
tl::unexpected<aws_client::AwsError>
no_such_stack(const aws_client::Session& session, const std::string& stack);

/// All resources of a stack; one that is not there is the error above.
aws_client::AwsResult<std::vector<aws_client::StackResource>>
resources_of(aws_client::Session& session, const std::string& stack);

} // namespace samara::cloud
