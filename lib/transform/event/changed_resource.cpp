#include "transform/event/changed_resource.h"

#include "transform/core/intrinsics.h"
#include "transform/core/resource.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::Map;

constexpr std::array<std::string_view, 8> kept{
    "Type",
    "Properties",
    "DependsOn",
    "Condition",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "UpdatePolicy",
    "Metadata"};

template <class Unwanted>
void remove_members(Map& map, Unwanted is_unwanted) {
    std::vector<std::string> names;
    for (const data::Entry& entry : map) {
        if (is_unwanted(entry)) {
            names.push_back(entry.key);
        }
    }
    for (const std::string& name : names) {
        map.erase(name);
    }
}

} // namespace

void finish_changed_resource(
    Context& context, std::string_view logical_id, Map& resource, std::string_view list) {
    remove_members(resource, [](const data::Entry& entry) {
        return std::find(kept.begin(), kept.end(), entry.key) == kept.end() ||
               (entry.key == "DependsOn" && !is_given(&entry.value));
    });
    Map* properties = resource["Properties"].as_map();
    if (properties == nullptr) {
        return; // reported by who changes it
    }
    base::Error place;
    place.resource = logical_id;
    place.where = resource["Properties"].where();
    if (Properties(context, *properties, std::move(place)).check(fmt::format("changed/{}", list))) {
        remove_members(*properties, [](const data::Entry& entry) { return entry.value.is_null(); });
    }
}

} // namespace samara::transform
