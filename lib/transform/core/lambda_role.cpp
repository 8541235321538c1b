#include "transform/core/lambda_role.h"

#include "transform/core/intrinsics.h"
#include "transform/core/policies.h"
#include "transform/core/tags.h"

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::Map;
using data::Value;

const Map& tags_of(const Resource& resource) {
    static const Map none;
    const Map* tags = resource["Tags"].as_map();
    return tags == nullptr ? none : *tags;
}

} // namespace

data::List lambda_tags(const Resource& resource) {
    return tag_list_created_by("lambda", tags_of(resource));
}

Value emit_lambda_role(const Resource& resource, std::string_view suffix, Map properties) {
    const std::string id = fmt::format("{}{}", resource.logical_id(), suffix);
    const bool* propagate = resource["PropagateTags"].as_boolean();
    properties.set("AssumeRolePolicyDocument", trust_policy("lambda.amazonaws.com"));
    properties.set(
        "Tags",
        propagate != nullptr && *propagate ? lambda_tags(resource)
                                           : tag_list_created_by("lambda", {}));
    resource.emit(id, "AWS::IAM::Role", std::move(properties));
    return make_get_att(id, "Arn");
}

} // namespace samara::transform
