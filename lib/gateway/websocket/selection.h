#pragma once

#include "gateway/route/model.h"

#include <string>
#include <string_view>

namespace samara::gateway {

/// The route key that a message selects: "$request.body.action" looks into its JSON; braces join
/// several, "${request.body.service}/${request.body.action}". "$default" for a message that is no
/// JSON or has no such member.
/// docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-routes.html
std::string selected_key(std::string_view expression, const std::string& message);

/// The route of that key, else $default; nullptr when the API has neither.
const Route* socket_route(const Api& api, std::string_view key);

} // namespace samara::gateway
