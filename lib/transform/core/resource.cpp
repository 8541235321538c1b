#include "transform/core/resource.h"

#include "transform/core/intrinsics.h"
#include "transform/core/tags.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::Map;
using data::Value;

constexpr std::array passed_on_attributes{"Condition", "DeletionPolicy", "UpdateReplacePolicy"};
constexpr std::array every_attribute{
    "Condition", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "Metadata"};

/// The generated resources that take the tags of what they are generated from.
constexpr std::array<std::string_view, 15> tagged_types{
    "AWS::ApiGateway::ApiKey",
    "AWS::ApiGateway::DomainName",
    "AWS::ApiGateway::DomainNameV2",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlan",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::IAM::Role",
    "AWS::IoT::TopicRule",
    "AWS::Lambda::CapacityProvider",
    "AWS::Lambda::Function",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::StepFunctions::StateMachine",
};

Map& properties_of(Map& resource) {
    Value& properties = resource["Properties"];
    if (!properties.is_map()) {
        base::Location where = properties.where();
        properties = Map{};
        properties.set_where(std::move(where));
    }
    return *properties.as_map();
}

base::Error place_of(std::string_view logical_id, const base::Location& where) {
    base::Error place;
    place.resource = logical_id;
    place.where = where;
    return place;
}

} // namespace

const Value* Properties::find(std::string_view name) const {
    const Value* value = map_->find(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

Value* Properties::find(std::string_view name) {
    Value* value = map_->find(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

const Value* Properties::given(std::string_view name) const {
    const Value* value = map_->find(name);
    return is_given(value) ? value : nullptr;
}

void Properties::copy_to(Map& to, std::string_view name, std::string_view as) const {
    if (const Value* value = find(name)) {
        to.set(as.empty() ? name : as, *value);
    }
}

const Value& Properties::operator[](std::string_view name) const {
    static const Value nothing;
    const Value* value = map_->find(name);
    return value == nullptr ? nothing : *value;
}

const Map* Properties::map_at(std::string_view name) const {
    const Value* value = find(name);
    if (value != nullptr && !value->is_map()) {
        wrong_kind(name, "a map");
    }
    return value == nullptr ? nullptr : value->as_map();
}

std::optional<Properties> Properties::below(std::string_view name) const {
    if (map_at(name) == nullptr) {
        return std::nullopt;
    }
    Value& value = *map_->find(name);
    base::Error place = place_;
    place.where = value.where().known() ? value.where() : place.where;
    place.property =
        place.property.empty() ? std::string(name) : fmt::format("{}.{}", place.property, name);
    return Properties(*context_, *value.as_map(), std::move(place));
}

Properties Properties::beside(std::string_view name, Map& map) const {
    base::Error place = place_;
    if (const Value* value = find(name); value != nullptr && value->where().known()) {
        place.where = value->where();
    }
    place.property =
        place.property.empty() ? std::string(name) : fmt::format("{}.{}", place.property, name);
    return Properties(*context_, map, std::move(place));
}

Properties Properties::for_resource(std::string logical_id) const {
    Properties out = *this;
    out.place_.resource = std::move(logical_id);
    return out;
}

void Properties::error(std::string_view property, std::string message, std::string hint) const {
    report(
        base::Severity::error,
        property.empty() ? nullptr : find(property),
        property,
        std::move(message),
        std::move(hint));
}

void Properties::error_at(
    const Value& at, std::string_view property, std::string message, std::string hint) const {
    report(base::Severity::error, &at, property, std::move(message), std::move(hint));
}

void Properties::warning(std::string_view property, std::string message, std::string hint) const {
    report(
        base::Severity::warning,
        property.empty() ? nullptr : find(property),
        property,
        std::move(message),
        std::move(hint));
}

void Properties::wrong_kind(std::string_view property, std::string_view wanted) const {
    const Value& value = (*this)[property];
    error(
        property,
        fmt::format(
            "property {} must be {}, not {}", property, wanted, data::kind_name(value.kind())));
}

void Properties::report(
    base::Severity severity,
    const Value* at,
    std::string_view property,
    std::string message,
    std::string hint) const {
    base::Error error = place_;
    if (!property.empty()) {
        error.property = place_.property.empty() ? std::string(property)
                                                 : fmt::format("{}.{}", place_.property, property);
    }
    if (at != nullptr && at->where().known()) {
        error.where = at->where();
    }
    error.message = std::move(message);
    error.hint = std::move(hint);
    context_->report({severity, std::move(error)});
}

Resource::Resource(Context& context, const data::Entry& place, Map& resource)
    : Properties(context, properties_of(resource), place_of(place.key, place.key_where)),
      logical_id_(place.key), where_(place.key_where), resource_(&resource) {}

std::string_view Resource::type() const {
    const Value* type = resource_->find("Type");
    return type == nullptr ? std::string_view{} : type->text();
}

const Value* Resource::attribute(std::string_view name) const {
    const Value* value = resource_->find(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

Map Resource::passed_on() const {
    return passes_on_all_ ? main_attributes() : attributes(passed_on_attributes);
}

Map Resource::main_attributes() const {
    Map out = all_attributes();
    if (const Value* value = attribute("DependsOn")) {
        out.set("DependsOn", *value);
    }
    return out;
}

Map Resource::all_attributes() const {
    return attributes(every_attribute);
}

Map Resource::attributes(std::span<const char* const> names) const {
    Map out;
    for (const char* name : names) {
        if (const Value* value = attribute(name)) {
            out.set(name, *value);
        }
    }
    return out;
}

void Resource::emit(
    std::string logical_id, std::string_view type, Map properties, Map attributes) const {
    const data::Entry* existing = context().resources().find_entry(logical_id);
    if (existing != nullptr && logical_id != logical_id_) {
        base::Error error; // AWS names neither resource in its structured report
        error.message = fmt::format(
            "{} generates a resource {} ({}), but the template has one of that logical id",
            logical_id_,
            logical_id,
            type);
        error.hint = "rename it";
        error.where = existing->key_where;
        context().report({base::Severity::error, std::move(error)});
        return;
    }
    if (!tags_.empty() &&
        std::find(tagged_types.begin(), tagged_types.end(), type) != tagged_types.end()) {
        properties.set("Tags", tag_list(tags_));
    }
    Map out{{"Type", type}};
    Map filled;
    for (data::Entry& entry : properties) {
        if (!entry.value.is_null()) {
            filled.set(std::move(entry));
        }
    }
    out.set("Properties", std::move(filled));
    for (data::Entry& entry : attributes) {
        if (!entry.value.is_null()) {
            out.set(std::move(entry));
        }
    }
    context().generated().set(logical_id, std::move(out));
}

void Resource::emit(std::string logical_id, std::string_view type, Map properties) const {
    emit(std::move(logical_id), type, std::move(properties), passed_on());
}

void Resource::emit_main(std::string logical_id, std::string_view type, Map properties) const {
    emit(std::move(logical_id), type, std::move(properties), main_attributes());
}

Properties Resource::event(const data::Entry& name, Map& properties) const {
    base::Error place =
        place_of(logical_id_, name.key_where.known() ? name.key_where.place : where_);
    place.event = name.key;
    return Properties(context(), properties, std::move(place));
}

} // namespace samara::transform
