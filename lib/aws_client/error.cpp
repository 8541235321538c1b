#include "aws_client/error.h"

#include <utility>

namespace samara::aws_client {

tl::unexpected<AwsError> aws_fail(AwsFailure failure, std::string message, std::string hint) {
    AwsError error;
    error.message = std::move(message);
    error.hint = std::move(hint);
    error.reason = error.message;
    error.failure = failure;
    return tl::unexpected(std::move(error));
}

tl::unexpected<AwsError> aws_fail(AwsError error) {
    return tl::unexpected(std::move(error));
}

} // namespace samara::aws_client
