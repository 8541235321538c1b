#include "model/assets.h"

#include "base/strings.h"
#include "data/accessors.h"

#include <array>

namespace samara::model {

namespace {

using data::Map;
using data::Value;

constexpr std::string_view done = "SamNormalized";
constexpr std::string_view image_property = "Code.ImageUri";

struct ImageKey {
    std::string_view asset;
    std::string_view metadata;
};

constexpr std::array image_keys{
    ImageKey{"aws:asset:path", "DockerContext"},
    ImageKey{"aws:asset:dockerfile-path", "Dockerfile"},
    ImageKey{"aws:asset:docker-build-args", "DockerBuildArgs"},
    ImageKey{"aws:asset:docker-build-target", "DockerBuildTarget"}};

// Keeps a place where there is none yet, for messages.
void set(Map& map, std::string_view key, Value value, const base::Location& where) {
    value.set_where(where);
    map.set(key, std::move(value));
}

void describe_image(Map& metadata) {
    for (const ImageKey& key : image_keys) {
        if (const Value* value = metadata.find(key.asset)) {
            metadata.set(key.metadata, Value(*value));
        }
    }
}

Map& properties_of(Map& resource) {
    Value& properties = resource["Properties"];
    if (!properties.is_map()) {
        properties = Map();
    }
    return *properties.as_map();
}

void apply_asset(Map& resource, Map& metadata) {
    const Value* path = metadata.find("aws:asset:path");
    const Value* property = metadata.find("aws:asset:property");
    if (path == nullptr || property == nullptr || !path->is_string() || !property->is_string()) {
        return;
    }
    const base::Location where = path->where();
    Map& properties = properties_of(resource);
    if (property->text() == image_property) {
        describe_image(metadata);
        set(properties, "Code", Map(), where); // it has no image before it is built
    } else {
        set(properties, property->text(), Value(path->text()), where);
    }
    const Value* bundled = metadata.find("aws:asset:is-bundled");
    if (bundled != nullptr && data::scalar_text(*bundled) == "true") {
        metadata.set("SkipBuild", true);
    }
    metadata.set(done, true);
}

void name_construct(Map& metadata) {
    const Value* path = metadata.find("aws:cdk:path");
    if (path == nullptr || metadata.contains("SamResourceId")) {
        return;
    }
    if (std::string id = construct_id(path->text()); !id.empty()) {
        metadata.set("SamResourceId", std::move(id));
    }
}

} // namespace

void name_resource(Value& resource, std::string_view id) {
    if (!resource.is_map()) {
        return;
    }
    Value& metadata = (*resource.as_map())["Metadata"];
    if (metadata.is_null()) {
        metadata = Map();
    }
    if (metadata.is_map() && data::text_of(metadata.find("SamResourceId")).empty()) {
        metadata.as_map()->set("SamResourceId", id);
    }
}

std::string construct_id(std::string_view cdk_path) {
    const auto parts = base::split(cdk_path, '/');
    if (parts.size() < 2) {
        return {};
    }
    // "Resource" and "Default" are what a construct calls its main resource; a nested stack's is
    // "<Id>.NestedStack/<Id>.NestedStackResource".
    constexpr std::string_view nested = ".NestedStackResource";
    std::string_view last = parts.back();
    if (last.ends_with(nested)) {
        last.remove_suffix(nested.size());
    } else if (last == "Resource" || last == "Default") {
        last = parts[parts.size() - 2];
    }
    return std::string(last);
}

void apply_assets(Value& document) {
    Value* resources = document.find("Resources");
    if (resources == nullptr || !resources->is_map()) {
        return;
    }
    for (data::Entry& resource : *resources->as_map()) {
        Value* metadata = resource.value.find("Metadata");
        const bool of_cdk = metadata != nullptr && metadata->is_map() &&
                            (metadata->find("aws:cdk:path") || metadata->find("aws:asset:path"));
        if (!of_cdk || metadata->find(done) != nullptr) {
            continue;
        }
        name_construct(*metadata->as_map());
        Map changed = *metadata->as_map(); // the resource's own map may move its members
        const base::Location where = metadata->where();
        apply_asset(*resource.value.as_map(), changed);
        set(*resource.value.as_map(), "Metadata", Value(std::move(changed)), where);
    }
}

} // namespace samara::model
