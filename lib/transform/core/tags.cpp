#include "transform/core/tags.h"

#include <fmt/format.h>

namespace samara::transform {

using data::List;
using data::Map;

List tag_list(const Map& tags) {
    List out;
    out.reserve(tags.size());
    for (const data::Entry& tag : tags) {
        out.emplace_back(Map{{"Key", tag.key}, {"Value", tag.value}});
    }
    return out;
}

List tag_list_created_by(std::string_view service, const Map& tags) {
    List out = tag_list(tags);
    out.insert(out.begin(), Map{{"Key", fmt::format("{}:createdBy", service)}, {"Value", "SAM"}});
    return out;
}

bool check_tags(const Properties& properties, std::string_view service) {
    const std::string reserved = fmt::format("{}:createdBy", service);
    const Map* tags = properties["Tags"].as_map();
    const data::Entry* entry = tags == nullptr ? nullptr : tags->find_entry(reserved);
    if (entry == nullptr) {
        return true;
    }
    properties.error_at(
        entry->value,
        "Tags",
        fmt::format("the tag {} is reserved", reserved),
        fmt::format("remove {}", reserved));
    return false;
}

} // namespace samara::transform
