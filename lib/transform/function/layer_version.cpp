#include "base/strings.h"
#include "transform/core/artifact.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/core/logical_id.h"
#include "transform/core/resource.h"

#include <array>

#include <fmt/format.h>

/// AWS::Serverless::LayerVersion
/// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-layerversion.html
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr ArtifactNames content_names{"S3Bucket", "S3Key", "S3ObjectVersion"};

/// The properties whose parameters are filled in before the content is hashed.
constexpr std::array resolved_properties{
    "LayerName", "LicenseInfo", "Description", "RetentionPolicy"};

/// The members on which a new version depends.
constexpr std::array hashed_members{"Type", "Properties", "DependsOn", "Condition", "UpdatePolicy"};

/// Retain or Delete, or null when RetentionPolicy is absent. Nothing after an error.
std::optional<Value> retention_policy(const Resource& layer) {
    const Value* policy = layer.find("RetentionPolicy");
    if (policy == nullptr) {
        return Value();
    }
    for (const std::string_view name : {"Retain", "Delete"}) {
        if (base::to_lower(policy->text()) == base::to_lower(name)) {
            return Value(name);
        }
    }
    layer.error(
        "RetentionPolicy",
        "RetentionPolicy must be Retain or Delete, or a Ref to a parameter that is one of them",
        "other intrinsic functions are not evaluated here");
    return std::nullopt;
}

/// A new version, and so a new logical id, for every change of the layer.
std::string version_id(const Resource& layer) {
    Map content;
    for (const char* name : hashed_members) {
        if (const Value* value = layer.attribute(name)) {
            content.set(name, *value);
        }
    }
    Map& properties = *content.find("Properties")->as_map();
    for (const data::Entry& entry : layer.map()) {
        if (entry.value.is_null()) {
            properties.erase(entry.key);
        }
    }
    return hashed_id(layer.logical_id(), Map{{layer.logical_id(), std::move(content)}});
}

bool check_architectures(const Resource& layer, const std::string& id) {
    const List* list = layer["CompatibleArchitectures"].as_list();
    for (const Value& name : list == nullptr ? List{} : *list) {
        if (!is_intrinsic(name) && name.text() != "x86_64" && name.text() != "arm64") {
            layer.for_resource(id).error_at(
                name,
                "CompatibleArchitectures",
                fmt::format("there is no architecture {}", data::scalar_text(name)),
                "x86_64 or arm64");
            return false;
        }
    }
    return true;
}

} // namespace

void expand_layer_version(Resource& layer) {
    if (!layer.check("LayerVersion")) {
        return;
    }
    for (const char* name : resolved_properties) {
        Value* value = layer.find(name);
        if (!is_given(value)) {
            continue;
        }
        *value = layer.context().parameters().resolve_references(*value);
        // A map of one member is taken for an intrinsic function.
        if (!value->is_string() && (!value->is_map() || value->as_map()->size() != 1)) {
            layer.wrong_kind(name, "a string, or a Ref to a parameter that has one");
            return;
        }
    }
    auto policy = retention_policy(layer);
    if (!policy) {
        return;
    }
    // AWS names the version in what is wrong from here on.
    const std::string id = version_id(layer);
    auto content = artifact_location(layer.for_resource(id), "ContentUri", content_names);
    if (!content || !check_architectures(layer, id)) {
        return;
    }
    Map attributes = layer.passed_on();
    if (const Value* value = layer.attribute("DependsOn")) {
        attributes.set("DependsOn", *value);
    }
    // AWS drops it; a build needs what it says.
    if (const Value* value = layer.attribute("Metadata");
        value != nullptr && layer.context().options().local_artifacts) {
        attributes.set("Metadata", *value);
    }
    if (!policy->is_null()) {
        attributes.set("DeletionPolicy", std::move(*policy));
    } else if (!attributes.contains("DeletionPolicy")) {
        attributes.set("DeletionPolicy", "Retain");
    }
    const Value* name = layer.given("LayerName");
    layer.emit(
        id,
        "AWS::Lambda::LayerVersion",
        {{"LayerName", name == nullptr ? Value(layer.logical_id()) : *name},
         {"Description", layer["Description"]},
         {"Content", std::move(*content)},
         {"CompatibleArchitectures", layer["CompatibleArchitectures"]},
         {"CompatibleRuntimes", layer["CompatibleRuntimes"]},
         {"LicenseInfo", layer["LicenseInfo"]}},
        std::move(attributes));
    layer.context().rename(layer.logical_id(), id);
}

} // namespace samara::transform
