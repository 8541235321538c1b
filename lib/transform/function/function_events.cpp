#include "transform/api/openapi.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/core/logical_id.h"
#include "transform/function/function_parts.h"

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

/// Events in the order of their paths, or of their names where there is none, as AWS's transform
/// has it: statements of resource policies and paths come in this order, deployment ids depend on
/// it, and a function's $default route is known before its other routes.
std::vector<data::Entry*> sorted_entries(Map& events) {
    std::vector<data::Entry*> sorted;
    for (data::Entry& entry : events) {
        sorted.push_back(&entry);
    }
    std::stable_sort(sorted.begin(), sorted.end(), [](const data::Entry* a, const data::Entry* b) {
        return order_of(*a) < order_of(*b);
    });
    return sorted;
}

/// The row of an event whose Type, name and Properties have the right form; adds Properties that
/// are absent. nullptr after an error.
const EventRow* row_of(const Resource& function, data::Entry& entry) {
    Map empty;
    const Properties place = function.event(entry, empty);
    Map* event = entry.value.as_map();
    const Value* type = event == nullptr ? nullptr : event->find("Type");
    if (event == nullptr || type == nullptr || !type->is_string()) {
        place.error_at(entry.value, "Type", "an event must be a map with a Type", "e.g. Type: Api");
        return nullptr;
    }
    if (alphanumeric(entry.key) != entry.key) {
        place.error(
            "",
            "an event's name becomes part of logical ids",
            fmt::format("use letters and digits, e.g. {}", alphanumeric(entry.key)));
        return nullptr;
    }
    const EventRow* row = find_function_event(type->text());
    if (row == nullptr) {
        place.error_at(
            *type,
            "Type",
            fmt::format("there is no event type {}", type->text()),
            near_event_type(type->text()));
        return nullptr;
    }
    Value* properties = event->find("Properties");
    // Of an HttpApi event AWS's transform tells it sooner, and names the function.
    const bool told = type->text() == "HttpApi" && properties != nullptr && properties->is_null();
    if (properties != nullptr && !properties->is_map() && !told) {
        place.for_resource(function.logical_id() + entry.key)
            .error_at(*properties, "Properties", "Properties must be a map");
        return nullptr;
    }
    if (properties == nullptr || told) {
        event->set("Properties", Map{});
    }
    return row;
}

FunctionEvent event_of(
    const Resource& function,
    const ReadEvent& read,
    const PublishedAlias* alias,
    RolePolicies& policies) {
    data::Entry& entry = *read.entry;
    return {
        function,
        function.event(entry, *entry.value.find("Properties")->as_map()),
        entry.key,
        read.row->type,
        function.logical_id() + entry.key,
        alias == nullptr ? function.logical_id() : alias->alias_id,
        alias != nullptr,
        function.passed_on(),
        policies,
    };
}

} // namespace

ReadEvents read_events(const Resource& function) {
    ReadEvents out;
    const Value* events = function.find("Events");
    if (events == nullptr || !events->is_map()) {
        return out;
    }
    RolePolicies none;
    for (data::Entry* const entry : sorted_entries(*function.map().find("Events")->as_map())) {
        const ReadEvent read{entry, row_of(function, *entry)};
        if (read.row == nullptr) {
            out.good = false;
            continue;
        }
        const FunctionEvent event = event_of(function, read, nullptr, none);
        const bool good =
            (read.row->list.empty() || event.generated_place().check(read.row->list)) &&
            (read.row->check == nullptr || read.row->check(event));
        out.good = good && out.good;
        if (good) {
            out.events.push_back(read);
        }
    }
    return out;
}

void emit_events(
    const Resource& function,
    const ReadEvents& events,
    const PublishedAlias* alias,
    RolePolicies& policies) {
    for (const ReadEvent& read : events.events) {
        FunctionEvent event = event_of(function, read, alias, policies);
        read.row->expand(event);
    }
}

} // namespace samara::transform
