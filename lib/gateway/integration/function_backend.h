#pragma once

#include "gateway/integration/translation.h"
#include "invoke/invocation.h"

namespace samara::gateway {

/// The invocation that the mapping of an integration of type AWS makes of a request; asynchronous
/// with the header X-Amz-Invocation-Type: Event.
/// docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-integration-async.html
tl::expected<invoke::Request, Untranslated>
function_request(const Call& call, const Mapping& mapping);

/// A function that failed is selected by its errorMessage.
/// docs.aws.amazon.com/apigateway/latest/developerguide/handle-errors-in-lambda-integration.html
Answer function_answer(const invoke::Response& reply);

} // namespace samara::gateway
