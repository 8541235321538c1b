#include "transform/expanders.h"
#include "transform/function_parts.h"
#include "transform/intrinsics.h"
#include "transform/logical_id.h"
#include "transform/openapi.h"

#include <fmt/format.h>

/// The Events property of a function.
namespace samara::transform {

using data::Map;
using data::Value;

namespace {

std::string_view order_of(const data::Entry& event) {
    const Value* type = event.value.find("Type");
    const Value* properties = event.value.find("Properties");
    const Value* path = properties == nullptr ? nullptr : properties->find("Path");
    if (is_given(path)) {
        return path->text();
    }
    const bool has_default = type != nullptr && type->text() == "HttpApi";
    return has_default ? default_path : std::string_view(event.key);
}

} // namespace

void emit_events(const Resource& function, const PublishedAlias* alias, RolePolicies& policies) {
    const Value* events = function.find("Events");
    if (events == nullptr || !events->is_map()) {
        return;
    }
    Map& writable = *function.map().find("Events")->as_map();
    // In the order of their paths, or of their names where there is none, as AWS's transform has
    // it: statements of resource policies and paths come in this order, deployment ids depend on
    // it, and a function's $default route is known before its other routes.
    std::vector<data::Entry*> sorted;
    for (data::Entry& entry : writable) {
        sorted.push_back(&entry);
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](const data::Entry* a, const data::Entry* b) {
        return order_of(*a) < order_of(*b);
    });
    for (data::Entry* const next : sorted) {
        data::Entry& entry = *next;
        Map empty;
        const Properties place = function.event(entry, empty);
        Map* event = entry.value.as_map();
        const Value* type = event == nullptr ? nullptr : event->find("Type");
        if (event == nullptr || type == nullptr || !type->is_string()) {
            place.error_at(
                entry.value, "Type", "an event must be a map with a Type", "e.g. Type: Api");
            continue;
        }
        if (alphanumeric(entry.key) != entry.key) {
            place.error(
                "",
                "an event's name becomes part of logical ids",
                fmt::format("use letters and digits, e.g. {}", alphanumeric(entry.key)));
            continue;
        }
        const EventRow* row = find_function_event(type->text());
        if (row == nullptr) {
            place.error_at(
                *type,
                "Type",
                fmt::format("there is no event type {}", type->text()),
                near_event_type(type->text()));
            continue;
        }
        Value* properties = event->find("Properties");
        if (properties != nullptr && !properties->is_map() && !properties->is_null()) {
            place.error_at(*properties, "Properties", "Properties must be a map");
            continue;
        }
        if (properties == nullptr || properties->is_null()) {
            properties = &event->set("Properties", Map{});
        }
        FunctionEvent expanded{
            function,
            function.event(entry, *properties->as_map()),
            entry.key,
            row->type,
            function.logical_id() + entry.key,
            alias == nullptr ? function.logical_id() : alias->alias_id,
            alias != nullptr,
            function.passed_on(),
            policies,
        };
        if (!row->list.empty() && !expanded.generated_place().check(row->list)) {
            continue;
        }
        row->expand(expanded);
    }
}

} // namespace samara::transform
