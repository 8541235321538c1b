#pragma once

#include "data/value.h"
#include "transform/api/openapi.h"
#include "transform/core/resource.h"

#include <optional>
#include <string>
#include <string_view>

/// Api events: what a function or a state machine puts into a REST API.
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-api.html
namespace samara::transform {

/// The API an event belongs to.
struct RestTarget {
    std::string id;
    data::Map* api = nullptr;    ///< the AWS::Serverless::Api; nullptr for another kind of resource
    data::Value stage = "Stage"; ///< its StageName when that is a text
    std::string stage_suffix;    ///< what the stage adds to a permission's logical id
};

/// What the event's RestApiId names. Nothing and an error when it is not in this template.
std::optional<RestTarget> rest_target(const Properties& event);

/// What answers a route.
struct RestIntegration {
    data::Map integration; ///< x-amazon-apigateway-integration
    data::Map responses;
    const data::Value* condition = nullptr; ///< name of the condition under which the route exists
    bool of_function = false; ///< else of a state machine: takes neither AWS_IAM's caller
                              ///< credentials nor MergeDefinitions
};

/// Puts the route into the API's definition, when SAM writes that, with the event's Auth,
/// RequestModel and RequestParameters; into the user's own when the API has MergeDefinitions.
/// False and an error when the event is wrong.
bool add_rest_route(
    const Properties& event,
    const EventRoute& route,
    const RestTarget& target,
    const RestIntegration& integration);

/// A path as ARNs have it: parameters match anything. Greedy ones in REST APIs; in HTTP APIs AWS's
/// transform knows but {proxy+}.
std::string path_pattern(std::string_view path, bool every_greedy = true);

/// The path of a permission's SourceArn: as path_pattern, and a trailing slash does not count.
std::string permission_path(std::string_view path, bool every_greedy = true);

} // namespace samara::transform
