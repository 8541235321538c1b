#include "transform/core/tags.h"

#include <array>

#include <fmt/format.h>

namespace samara::transform {

using data::List;
using data::Map;
using data::Value;

namespace {

constexpr std::array reserved_tags{
    "lambda:createdBy", "serverlessrepo:applicationId", "serverlessrepo:semanticVersion"};

} // namespace

List tag_list(const Map& tags) {
    List out;
    out.reserve(tags.size());
    for (const data::Entry& tag : tags) {
        out.emplace_back(
            Map{{"Key", tag.key}, {"Value", tag.value.is_null() ? Value("") : tag.value}});
    }
    return out;
}

List tag_list_created_by(std::string_view service, const Map& tags) {
    List out = tag_list(tags);
    out.insert(out.begin(), Map{{"Key", fmt::format("{}:createdBy", service)}, {"Value", "SAM"}});
    return out;
}

bool check_lambda_tags(const Properties& properties) {
    const Map* tags = properties["Tags"].as_map();
    for (const char* reserved : reserved_tags) {
        const data::Entry* entry = tags == nullptr ? nullptr : tags->find_entry(reserved);
        if (entry != nullptr) {
            properties.error_at(
                entry->value,
                "Tags",
                fmt::format("the tag {} is reserved", reserved),
                fmt::format("remove {}", reserved));
            return false;
        }
    }
    return true;
}

} // namespace samara::transform
