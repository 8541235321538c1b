#include "transform/tags.h"

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

} // namespace samara::transform
