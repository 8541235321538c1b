#pragma once

#include "data/value.h"
#include "transform/api/openapi.h"
#include "transform/core/context.h"
#include "transform/core/resource.h"

#include <optional>
#include <string>

namespace samara::transform {

/// Where an HttpApi event attaches: Path and Method, or the $default route when both are absent.
/// Nothing when only one of them is there, or one is no text.
std::optional<EventRoute> http_route(const data::Map& event);

/// Whether the event has a route; an error when not.
bool check_http_route(const Properties& event);

/// The HTTP API of this template that the event's ApiId names, or the AWS::Serverless::Api: AWS's
/// transform edits that too. nullptr when it names another one.
data::Map* http_api_of(Context& context, const data::Map& event, std::string* id);

} // namespace samara::transform
