#pragma once

#include "base/error.h"
#include "data/value.h"
#include "transform/core/context.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace samara::transform {

/// A map of properties that says whose it is when something in it is wrong: a SAM resource's, an
/// event's, or a nested one's.
class Properties {
public:
    Properties(Context& context, data::Map& map, base::Error place)
        : context_(&context), map_(&map), place_(std::move(place)) {}

    [[nodiscard]] Context& context() const { return *context_; }

    [[nodiscard]] data::Map& map() const { return *map_; }

    /// The property, or nullptr when it is absent or null.
    [[nodiscard]] const data::Value* find(std::string_view name) const;
    [[nodiscard]] data::Value* find(std::string_view name);

    /// The property when it counts as given (is_given), else nullptr.
    [[nodiscard]] const data::Value* given(std::string_view name) const;

    /// Sets `as` (else the same name) of `to` to the property when it is there.
    void copy_to(data::Map& to, std::string_view name, std::string_view as = {}) const;

    /// The property, or null.
    [[nodiscard]] const data::Value& operator[](std::string_view name) const;

    /// As find, for a property that must be a map; intrinsics are refused too. An error and nullptr
    /// when it is none.
    [[nodiscard]] const data::Map* map_at(std::string_view name) const;
    /// The properties below the map `name`; nothing when it is absent or (an error) no map.
    [[nodiscard]] std::optional<Properties> below(std::string_view name) const;

    /// The properties of `map`, a copy of (an item of) the property `name`.
    [[nodiscard]] Properties beside(std::string_view name, data::Map& map) const;

    /// The same properties, with errors that name another resource.
    [[nodiscard]] Properties for_resource(std::string logical_id) const;

    /// Reports an error at `property` (a path below this; its place is used when it is there).
    void error(std::string_view property, std::string message, std::string hint = {}) const;
    void error_at(
        const data::Value& at,
        std::string_view property,
        std::string message,
        std::string hint = {}) const;
    void warning(std::string_view property, std::string message, std::string hint = {}) const;

    /// "property X must be ..., not a list"
    void wrong_kind(std::string_view property, std::string_view wanted) const;

    /// Checks names, kinds and required members against the property list
    /// schemas/transform/properties/<list>.json. Whether all is well.
    [[nodiscard]] bool check(std::string_view list) const;

protected:
    void report(
        base::Severity severity,
        const data::Value* at,
        std::string_view property,
        std::string message,
        std::string hint) const;

private:
    Context* context_;
    data::Map* map_;
    base::Error place_; ///< resource, event and property prefix of every report, and its location
};

/// One SAM resource while it is expanded.
class Resource : public Properties {
public:
    /// `resource` is the whole resource (Type, Properties, attributes); its Properties are added
    /// empty when there are none.
    Resource(Context& context, const data::Entry& place, data::Map& resource);

    [[nodiscard]] const std::string& logical_id() const { return logical_id_; }

    [[nodiscard]] std::string_view type() const;

    /// Type, Properties, DependsOn, Metadata ...
    [[nodiscard]] data::Map& whole() const { return *resource_; }

    /// The attribute (DependsOn, Condition ...), or nullptr.
    [[nodiscard]] const data::Value* attribute(std::string_view name) const;

    /// The attributes that every resource generated from this one has too: Condition,
    /// DeletionPolicy, UpdateReplacePolicy.
    [[nodiscard]] data::Map passed_on() const;

    /// As passed_on, with UpdatePolicy and Metadata: of the resources that carry all that was
    /// written on this one.
    [[nodiscard]] data::Map all_attributes() const;

    /// Makes passed_on() give all_attributes() and DependsOn: every resource generated from this
    /// one has them.
    void pass_on_all_attributes() { passes_on_all_ = true; }

    /// Makes every generated resource that can have Tags carry these, in place of its own
    /// (PropagateTags).
    void pass_on_tags(const data::Map& tags) { tags_ = tags; }

    [[nodiscard]] const data::Map& passed_on_tags() const { return tags_; }

    /// Adds a resource to the output. `attributes` are members beside Type and Properties; null
    /// properties are left out. An error when the template has a resource of that id already.
    void
    emit(std::string logical_id, std::string_view type, data::Map properties, data::Map attributes)
        const;

    /// With passed_on() as attributes.
    void emit(std::string logical_id, std::string_view type, data::Map properties) const;

    /// With all_attributes() and DependsOn, for the resource that carries on this one's id.
    void emit_main(std::string logical_id, std::string_view type, data::Map properties) const;

    /// The properties of the event `name` of this resource (`properties` is the event's).
    [[nodiscard]] Properties event(const data::Entry& name, data::Map& properties) const;

private:
    [[nodiscard]] data::Map main_attributes() const;
    [[nodiscard]] data::Map attributes(std::span<const char* const> names) const;

    std::string logical_id_;
    base::Location where_;
    data::Map* resource_;
    data::Map tags_;
    bool passes_on_all_ = false;
};

} // namespace samara::transform
