#include "transform/checks/structure.h"

#include "base/hint.h"
#include "base/strings.h"
#include "transform/checks/resource_types.h"
#include "transform/core/expanders.h"
#include "transform/core/intrinsics.h"
#include "transform/core/property_list.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::Map;
using data::Value;

constexpr std::array sections{
    std::string_view("AWSTemplateFormatVersion"),
    std::string_view("Transform"),
    std::string_view("Description"),
    std::string_view("Metadata"),
    std::string_view("Parameters"),
    std::string_view("Rules"),
    std::string_view("Mappings"),
    std::string_view("Conditions"),
    std::string_view("Globals"),
    std::string_view("Resources"),
    std::string_view("Outputs"),
    std::string_view("Hooks")};

/// What stands beside Type and Properties of a resource; the last ones are SAM's.
constexpr std::array attributes{
    std::string_view("Type"),
    std::string_view("Properties"),
    std::string_view("DependsOn"),
    std::string_view("Condition"),
    std::string_view("Metadata"),
    std::string_view("DeletionPolicy"),
    std::string_view("CreationPolicy"),
    std::string_view("UpdatePolicy"),
    std::string_view("UpdateReplacePolicy"),
    std::string_view("Description"),
    std::string_view("Version"),
    std::string_view("Connectors"),
    std::string_view("IgnoreGlobals")};

/// The only one there has ever been.
constexpr std::string_view format_version = "2010-09-09";

/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
constexpr std::size_t longest_description = 1024;

/// The sections whose members have logical ids.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> named{
    {{"Parameters", "a parameter"}, {"Resources", "a resource"}, {"Outputs", "an output"}}};

template <class Names>
bool contains(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

template <class Names>
std::string near_of(std::string_view name, const Names& names, std::string otherwise) {
    const std::string_view near =
        base::nearest(name, std::vector<std::string_view>(names.begin(), names.end()));
    return base::did_you_mean(near, std::move(otherwise));
}

bool is_resource(const Value& value) {
    const Value* type = value.find("Type");
    return type != nullptr && type->text().find("::") != std::string_view::npos;
}

class StructureCheck {
public:
    explicit StructureCheck(const Value& document) : document_(document) {}

    base::Diagnostics run() {
        for (const data::Entry& section : *document_.as_map()) {
            check_section(section);
        }
        const Value* resources = document_.find("Resources");
        if (resources != nullptr && resources->is_map()) {
            for (const data::Entry& resource : *resources->as_map()) {
                if (!resource.key.starts_with("Fn::")) {
                    check_resource(resource);
                }
            }
        }
        check_transform();
        check_version();
        check_description();
        for (const auto& [section, what] : named) {
            check_names(section, what);
        }
        return std::move(found_);
    }

private:
    base::Error& report(const base::Location& where, std::string message, std::string hint) {
        base::Error error;
        error.where = where;
        error.message = std::move(message);
        error.hint = std::move(hint);
        found_.push_back({base::Severity::error, std::move(error)});
        return found_.back().error;
    }

    void check_section(const data::Entry& section) {
        if (contains(sections, section.key) || section.key.starts_with("Fn::")) {
            return;
        }
        if (is_resource(section.value)) {
            report(
                section.key_where.place,
                fmt::format("{} stands beside Resources, one level too high", section.key),
                "indent it below Resources")
                .resource = section.key;
            return;
        }
        report(
            section.key_where.place,
            fmt::format("a template has no section {}", section.key),
            near_of(
                section.key, sections, fmt::format("there are: {}", fmt::join(sections, ", "))));
    }

    void check_version() {
        const Value* version = document_.find("AWSTemplateFormatVersion");
        if (version != nullptr && version->is_string() && version->text() != format_version) {
            report(
                version->where(),
                fmt::format("there is no AWSTemplateFormatVersion {}", version->text()),
                fmt::format("write AWSTemplateFormatVersion: '{}'", format_version));
        }
    }

    void check_description() {
        const Value* description = document_.find("Description");
        if (description != nullptr && description->text().size() > longest_description) {
            report(
                description->where(),
                fmt::format("the Description has {} bytes", description->text().size()),
                fmt::format("CloudFormation takes {} at most", longest_description));
        }
    }

    // Of a resource of SAM's types the transform says it.
    void check_names(std::string_view section, std::string_view what) {
        const Value* members = document_.find(section);
        if (members == nullptr || !members->is_map()) {
            return;
        }
        for (const data::Entry& member : *members->as_map()) {
            const bool good =
                std::all_of(member.key.begin(), member.key.end(), [](unsigned char c) {
                    return std::isalnum(c) != 0;
                });
            if (!good && !member.key.starts_with("Fn::")) {
                report(
                    member.key_where.place,
                    fmt::format("the name of {} has letters and digits only: {}", what, member.key),
                    "leave the other characters out; what refers to it as well");
            }
        }
    }

    void check_transform() {
        if (sam_resource_ == nullptr || document_.find("Transform") != nullptr) {
            return;
        }
        report(
            sam_resource_->key_where.place,
            "the template has AWS::Serverless resources but no Transform",
            "add at the top: Transform: AWS::Serverless-2016-10-31");
    }

    void check_resource(const data::Entry& resource) {
        const Value* type = resource.value.find("Type");
        if (!resource.value.is_map()) {
            return; // reported by the transform
        }
        if (type == nullptr && contains(sections, resource.key)) {
            report(
                resource.key_where.place,
                fmt::format("{} stands inside Resources, one level too low", resource.key),
                fmt::format("move it to the left, beside Resources"));
            return;
        }
        if (type != nullptr && type->is_string()) {
            check_type(resource, *type);
        }
        check_attributes(resource, type == nullptr ? std::string_view() : type->text());
    }

    void check_type(const data::Entry& resource, const Value& type) {
        const std::string_view name = type.text();
        if (find_type(name) != nullptr) {
            sam_resource_ = sam_resource_ == nullptr ? &resource : sam_resource_;
            return;
        }
        const std::vector<std::string_view> known = sam_types();
        const std::size_t parts = base::split(base::replace_all(name, "::", ":"), ':').size();
        const bool well_formed = name.starts_with("Custom::") ||
                                 (parts >= 3 && name.find("::") != std::string::npos &&
                                  base::replace_all(name, "::", "").find(':') == std::string::npos);
        if (name.starts_with("AWS::Serverless::") || !well_formed) {
            base::Error& error = report(
                type.where(),
                fmt::format("there is no resource type {}", name),
                near_of(name, known, "types are written as AWS::Service::Resource"));
            error.resource = resource.key;
            error.property = "Type";
        } else if (const auto near = misspelt_type(name)) {
            base::Error& error = report(
                type.where(),
                fmt::format("CloudFormation is not known to have the type {}", name),
                base::did_you_mean(*near, "correct it, unless the type is new"));
            error.resource = resource.key;
            error.property = "Type";
            found_.back().severity = base::Severity::warning;
        }
    }

    // The property list of a resource's type, or nullptr.
    const Map* list_of(std::string_view type) {
        const std::string name(type.substr(std::min(type.size(), type.rfind(':') + 1)));
        return find_type(type) != nullptr && PropertyLists::has(name) ? &lists_.list(name)
                                                                      : nullptr;
    }

    void check_attributes(const data::Entry& resource, std::string_view type) {
        const Map* list = list_of(type);
        for (const data::Entry& member : *resource.value.as_map()) {
            if (contains(attributes, member.key) || member.key.starts_with("Fn::")) {
                continue;
            }
            misplaced(resource.key, {}, member, list, type);
        }
        const Value* properties = resource.value.find("Properties");
        if (properties == nullptr || !properties->is_map() || list == nullptr) {
            return;
        }
        for (const data::Entry& member : *properties->as_map()) {
            if (!list->contains(member.key) && contains(attributes, member.key)) {
                base::Error& error = report(
                    member.key_where.place,
                    fmt::format(
                        "{} stands inside Properties of {}, one level too low",
                        member.key,
                        resource.key),
                    "move it to the left, beside Properties");
                error.resource = resource.key;
                error.property = member.key;
            }
        }
        check_events(resource.key, properties->find("Events"));
        if (const Value* connectors = resource.value.find("Connectors");
            connectors != nullptr && connectors->is_map()) {
            check_connectors(resource.key, *connectors);
        }
    }

    // A member that stands beside Properties and may belong inside.
    void misplaced(
        const std::string& resource,
        const std::string& event,
        const data::Entry& member,
        const Map* list,
        std::string_view type) {
        const std::string& owner = event.empty() ? resource : event;
        base::Error* error = nullptr;
        if (list != nullptr && list->contains(member.key)) {
            error = &report(
                member.key_where.place,
                fmt::format(
                    "{} stands beside Properties of {}, one level too high", member.key, owner),
                "indent it below Properties");
        } else {
            std::vector<std::string_view> names(attributes.begin(), attributes.end());
            if (list != nullptr) {
                for (const data::Entry& property : *list) {
                    names.emplace_back(property.key);
                }
            }
            error = &report(
                member.key_where.place,
                fmt::format(
                    "{} of {} is no attribute of a{}",
                    member.key,
                    owner,
                    event.empty() ? " resource" : "n event"),
                near_of(
                    member.key,
                    names,
                    type.empty() ? std::string("add its Type")
                                 : std::string("properties stand below Properties")));
        }
        error->resource = resource;
        error->event = event;
        error->property = member.key;
    }

    void check_events(const std::string& resource, const Value* events) {
        if (events == nullptr || !events->is_map() || is_intrinsic(*events)) {
            return;
        }
        for (const data::Entry& event : *events->as_map()) {
            const Value* type = event.value.find("Type");
            const EventRow* row = type == nullptr ? nullptr : find_function_event(type->text());
            if (row == nullptr || row->list.empty()) {
                continue;
            }
            const Map& list = lists_.list(row->list);
            for (const data::Entry& member : *event.value.as_map()) {
                if (member.key != "Type" && member.key != "Properties") {
                    misplaced(resource, event.key, member, &list, type->text());
                }
            }
        }
    }

    void check_connectors(const std::string& resource, const Value& connectors) {
        const Map& list = lists_.list("Connector");
        for (const data::Entry& connector : *connectors.as_map()) {
            if (!connector.value.is_map()) {
                continue;
            }
            for (const data::Entry& member : *connector.value.as_map()) {
                const bool attribute = member.key == "Properties" ||
                                       member.key == "SourceReference" ||
                                       contains(attributes, member.key);
                if (!attribute) {
                    misplaced(resource, connector.key, member, &list, "connector");
                }
            }
        }
    }

    const Value& document_;
    const data::Entry* sam_resource_ = nullptr;
    PropertyLists lists_;
    base::Diagnostics found_;
};

void add_nulls(const Value& value, const std::string& path, base::Diagnostics& found) {
    if (value.is_null() && value.where().known()) {
        base::Error error;
        error.where = value.where();
        error.message = fmt::format("{} is null, which CloudFormation takes nowhere", path);
        error.hint = "write a value, or leave it out";
        found.push_back({base::Severity::error, std::move(error)});
    } else if (const data::List* list = value.as_list()) {
        for (const Value& item : *list) {
            add_nulls(item, path, found);
        }
    } else if (const Map* map = value.as_map()) {
        for (const data::Entry& entry : *map) {
            add_nulls(entry.value, path.empty() ? entry.key : path + "." + entry.key, found);
        }
    }
}

} // namespace

base::Diagnostics check_nulls(const Value& transformed) {
    base::Diagnostics found;
    add_nulls(transformed, {}, found);
    return found;
}

base::Diagnostics check_structure(const Value& document) {
    return document.is_map() ? StructureCheck(document).run() : base::Diagnostics{};
}

} // namespace samara::transform
