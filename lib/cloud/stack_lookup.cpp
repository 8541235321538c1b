#include "cloud/stack_lookup.h"

#include <fmt/format.h>

namespace samara::cloud {

tl::unexpected<aws_client::AwsError>
no_such_stack(const aws_client::Session& session, const std::string& stack) {
    return aws_client::aws_fail(
        aws_client::AwsFailure::other,
        fmt::format(
            "The input stack {} does not exist on Cloudformation in the region {}",
            stack,
            session.region()));
}

aws_client::AwsResult<std::vector<aws_client::StackResource>>
resources_of(aws_client::Session& session, const std::string& stack) {
    auto resources = aws_client::list_stack_resources(session, stack);
    if (!resources && aws_client::says_no_such_stack(resources.error())) {
        return no_such_stack(session, stack);
    }
    return resources;
}

} // namespace samara::cloud
