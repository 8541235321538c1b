#pragma once

#include "gateway/integration/translation.h"

namespace samara::gateway {

/// The answer of a mock integration: its request template says {"statusCode": 200}, and the
/// response for that status is given.
/// docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
tl::expected<net::HttpResponse, Untranslated> mock_answer(const Call& call, const Mapping& mapping);

} // namespace samara::gateway
