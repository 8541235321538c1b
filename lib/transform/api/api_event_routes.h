#pragma once

#include "data/value.h"
#include "transform/core/context.h"

#include <functional>
#include <string_view>

/// The events of functions and state machines that are routes of APIs, before anything is expanded.
namespace samara::transform {

/// The two kinds of API that events can have.
struct ApiKind {
    std::string_view event_type;
    std::string_view api_type;
    std::string_view id_property;
    std::string_view implicit_id;
    data::Value (*new_definition)();
};

/// Calls visit(resource, event, properties) for each event of that type in AWS's order, also when
/// the properties are no map. A REST event without properties is reported when it is expanded.
void each_api_event(
    Context& context,
    std::string_view event_type,
    const std::function<void(data::Entry& resource, data::Entry& event, data::Value& properties)>&
        visit);

/// Checks what an event must say for its API to be known, and adds its empty operation to the
/// definition that SAM writes, or its RouteSettings to those of its API. AWS's transform looks at
/// this first, and at nothing else when it finds a mistake.
void add_event_route(
    Context& context,
    const ApiKind& kind,
    data::Entry& owner,
    data::Entry& event,
    data::Value& properties);

} // namespace samara::transform
