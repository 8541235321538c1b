#include "transform/checks/lint_resources.h"

#include "base/strings.h"
#include "transform/checks/cloudformation_types.h"
#include "transform/core/intrinsics.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

bool is_number(std::string_view text) {
    double number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    return failed == std::errc{} && end == text.data() + text.size() && !text.empty();
}

bool is_boolean(std::string_view text) {
    const std::string lower = base::to_lower(text);
    return lower == "true" || lower == "false";
}

std::string describe(std::string_view kind) {
    switch (kind.front()) {
    case '[':
        return "a list";
    case '{':
        return "a map";
    case 's':
        return "a string";
    case 'i':
    case 'n':
        return "a number";
    case 'b':
        return "true or false";
    default:
        return "a map";
    }
}

/// One resource of the transformed template.
class Check {
public:
    Check(
        const CloudFormationTypes& types,
        const data::Entry& resource,
        bool own,
        base::Diagnostics& found)
        : types_(types), resource_(resource), own_(own), found_(found) {}

    void properties(const CloudFormationObject& type) {
        const Value* properties = resource_.value.find("Properties");
        static const Value none = Map();
        object(
            type,
            properties == nullptr || properties->is_null() ? none : *properties,
            {},
            resource_.key_where.place);
    }

private:
    void report(
        const base::Location& exact,
        const base::Location& around,
        std::string_view path,
        std::string message,
        std::string hint) {
        if (!exact.known() && !own_) {
            return; // the transform made it, not the user
        }
        base::Error error;
        error.where = exact.known() ? exact : around;
        error.resource = resource_.key;
        error.property = path;
        error.message = std::move(message);
        error.hint = std::move(hint);
        found_.push_back({base::Severity::error, std::move(error)});
    }

    static std::string below(std::string_view path, std::string_view name) {
        return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
    }

    // Calls `visit` for the value, or for each branch of Fn::If; not for other intrinsics, whose
    // values only a deployment knows.
    template <class Visit>
    void each_branch(const Value& value, const Visit& visit) {
        if (const auto branches = as_if(value)) {
            each_branch(branches->then_value, visit);
            each_branch(branches->else_value, visit);
        } else if (!is_intrinsic(value) && !value.is_null()) {
            visit(value);
        }
    }

    void object(
        const CloudFormationObject& type,
        const Value& value,
        const std::string& path,
        const base::Location& around) {
        each_branch(value, [&](const Value& branch) {
            const Map* map = branch.as_map();
            if (map == nullptr) {
                if (!(branch.is_string() && is_artifact(type))) {
                    wrong_kind(branch, path, "a map", around);
                }
                return;
            }
            members(type, *map, path, branch.where().known() ? branch.where() : around);
        });
    }

    // "CodeUri: src/" of plain CloudFormation: a local path in the place of an S3 object.
    static bool is_artifact(const CloudFormationObject& type) {
        return type.find("S3Bucket") != nullptr || type.find("Bucket") != nullptr;
    }

    void members(
        const CloudFormationObject& type,
        const Map& map,
        const std::string& path,
        const base::Location& around) {
        bool complete = true;
        for (const data::Entry& member : map) {
            if (member.key.starts_with("Fn::")) {
                complete = false; // Fn::Transform, Fn::ForEach: they bring members
                continue;
            }
            const CloudFormationProperty* property = type.find(member.key);
            if (property == nullptr) {
                unknown(type, member, path, around);
                continue;
            }
            check(
                property->kind,
                property->values,
                member.value,
                below(path, member.key),
                member.key_where.known() ? member.key_where.place : around);
        }
        for (const CloudFormationProperty& property : type.properties) {
            const Value* value = map.find(property.name);
            if (complete && property.required && (value == nullptr || is_no_value(*value))) {
                report(
                    own_ ? around : base::Location(),
                    around,
                    below(path, property.name),
                    fmt::format("{} is missing", below(path, property.name)),
                    fmt::format("CloudFormation requires {}", property.name));
            }
        }
    }

    void unknown(
        const CloudFormationObject& type,
        const data::Entry& member,
        const std::string& path,
        const base::Location& around) {
        std::vector<std::string_view> names;
        for (const CloudFormationProperty& property : type.properties) {
            names.push_back(property.name);
        }
        const std::string_view near = base::nearest(member.key, names);
        report(
            member.key_where.place,
            around,
            below(path, member.key),
            fmt::format(
                "{} has no property {}",
                path.empty() ? resource_.value.find("Type")->text() : std::string_view(path),
                member.key),
            !near.empty()        ? fmt::format("did you mean {}?", near)
            : names.size() <= 12 ? fmt::format("it has: {}", fmt::join(names, ", "))
                                 : "remove it");
    }

    void wrong_kind(
        const Value& value,
        const std::string& path,
        const std::string& wanted,
        const base::Location& around) {
        report(
            value.where(),
            around,
            path,
            fmt::format("{} must be {}, not {}", path, wanted, data::kind_name(value.kind())),
            {});
    }

    void check(
        std::string_view kind,
        const std::vector<std::string_view>& values,
        const Value& value,
        const std::string& path,
        const base::Location& around) {
        if (kind == "j" || kind.find('/') != std::string_view::npos) {
            return;
        }
        if (kind.front() == '[') {
            each_branch(value, [&](const Value& branch) {
                list(kind.substr(1), values, branch, path, around);
            });
        } else if (kind.front() == '{') {
            each_branch(value, [&](const Value& branch) {
                if (!branch.is_map()) {
                    wrong_kind(branch, path, "a map", around);
                    return;
                }
                for (const data::Entry& member : *branch.as_map()) {
                    check(kind.substr(1), values, member.value, below(path, member.key), around);
                }
            });
        } else if (kind == "t") {
            static const CloudFormationObject tag{
                {{"Key", true, "s", {}}, {"Value", true, "s", {}}}, {}};
            object(tag, value, path, around);
        } else if (kind.front() >= '0' && kind.front() <= '9') {
            object(types_.object(kind), value, path, around);
        } else {
            each_branch(
                value, [&](const Value& branch) { scalar(kind, values, branch, path, around); });
        }
    }

    void list(
        std::string_view kind,
        const std::vector<std::string_view>& values,
        const Value& value,
        const std::string& path,
        const base::Location& around) {
        const List* items = value.as_list();
        if (items == nullptr) {
            // Some resources take a single scalar for a list of one.
            if (value.is_map()) {
                wrong_kind(value, path, "a list", around);
            }
            return;
        }
        for (std::size_t i = 0; i < items->size(); ++i) {
            check(kind, values, (*items)[i], fmt::format("{}[{}]", path, i), around);
        }
    }

    void scalar(
        std::string_view kind,
        const std::vector<std::string_view>& values,
        const Value& value,
        const std::string& path,
        const base::Location& around) {
        const std::string text = data::scalar_text(value);
        const bool number = kind == "i" || kind == "n";
        if (value.is_map() || value.is_list() || (number && !is_number(text)) ||
            (kind == "b" && !is_boolean(text))) {
            wrong_kind(value, path, describe(kind), around);
            return;
        }
        if (values.empty() || std::find(values.begin(), values.end(), text) != values.end() ||
            text.find("{{resolve:") != std::string::npos) {
            return;
        }
        const std::string_view near = base::nearest(text, values);
        constexpr std::size_t most_shown = 12;
        report(
            value.where(),
            around,
            path,
            fmt::format("{} cannot be {}", path, text),
            !near.empty() ? fmt::format("did you mean {}?", near)
            : values.size() <= most_shown
                ? fmt::format("write one of {}", fmt::join(values, ", "))
                : fmt::format("there are {} allowed values", values.size()));
    }

    const CloudFormationTypes& types_;
    const data::Entry& resource_;
    bool own_; // the user wrote the resource itself, not something that stands for it
    base::Diagnostics& found_;
};

// Types that anybody may define, or that take any property.
bool is_open(std::string_view type) {
    return !type.starts_with("AWS::") || type.ends_with("::MODULE") ||
           type == "AWS::CloudFormation::CustomResource" || type == "AWS::CDK::Metadata";
}

void warn_of_type(
    const CloudFormationTypes& types, const data::Entry& resource, base::Diagnostics& found) {
    const Value& type = *resource.value.find("Type");
    const std::string_view near = types.nearest(type.text());
    base::Error error;
    error.where = type.where();
    error.resource = resource.key;
    error.property = "Type";
    error.message = fmt::format("CloudFormation is not known to have the type {}", type.text());
    error.hint = near.empty() ? std::string("correct it, unless the type is new")
                              : fmt::format("did you mean {}?", near);
    found.push_back({base::Severity::warning, std::move(error)});
}

/// Fn::GetAtt of attributes that a type does not have.
class Attributes {
public:
    Attributes(const CloudFormationTypes& types, const Map& resources, base::Diagnostics& found)
        : types_(types), resources_(resources), found_(found) {}

    void check(const Value& value) {
        if (const List* list = value.as_list()) {
            for (const Value& item : *list) {
                check(item);
            }
        } else if (const Value* path = argument_of(value, "Fn::GetAtt")) {
            const List* parts = path->as_list();
            if (parts != nullptr && parts->size() == 2 && (*parts)[0].is_string() &&
                (*parts)[1].is_string()) {
                attribute((*parts)[0], (*parts)[1]);
            }
        } else if (const Map* map = value.as_map()) {
            if (const Value* format = argument_of(value, "Fn::Sub")) {
                const List* pair = format->as_list();
                substitutions(pair != nullptr && !pair->empty() ? pair->front() : *format);
            }
            for (const data::Entry& entry : *map) {
                check(entry.value);
            }
        }
    }

private:
    // "${Table.Arn}"
    void substitutions(const Value& format) {
        const std::string_view text = format.text();
        for (std::size_t open = text.find("${"); open != std::string_view::npos;
             open = text.find("${", open + 2)) {
            const std::size_t close = text.find('}', open);
            const std::string_view name =
                text.substr(open + 2, close == std::string_view::npos ? 0 : close - open - 2);
            const std::size_t dot = name.find('.');
            if (dot != std::string_view::npos) {
                attribute(name.substr(0, dot), name.substr(dot + 1), format.where());
            }
        }
    }

    void attribute(const Value& id, const Value& name) {
        attribute(id.text(), name.text(), name.where().known() ? name.where() : id.where());
    }

    void attribute(std::string_view id, std::string_view name, const base::Location& where) {
        const Value* resource = resources_.find(id);
        const Value* type = resource == nullptr ? nullptr : resource->find("Type");
        if (type == nullptr || !where.known() || is_open(type->text()) ||
            name.starts_with("Outputs.")) {
            return;
        }
        const auto object = types_.resource(type->text());
        if (!object || std::find(object->attributes.begin(), object->attributes.end(), name) !=
                           object->attributes.end()) {
            return;
        }
        const std::string_view near = base::nearest(name, object->attributes);
        base::Error error;
        error.where = where;
        error.message =
            fmt::format("Fn::GetAtt: {} ({}) has no attribute {}", id, type->text(), name);
        error.hint = !near.empty() ? fmt::format("did you mean {}?", near)
                     : object->attributes.empty()
                         ? "it has none; !Ref gives its name"
                         : fmt::format("it has: {}", fmt::join(object->attributes, ", "));
        found_.push_back({base::Severity::error, std::move(error)});
    }

    const CloudFormationTypes& types_;
    const Map& resources_;
    base::Diagnostics& found_;
};

bool is_own(const Value* written, const data::Entry& resource) {
    const Value* same = written == nullptr ? nullptr : written->find(resource.key);
    const Value* type = same == nullptr ? nullptr : same->find("Type");
    const Value* now = resource.value.find("Type");
    return type != nullptr && now != nullptr && *type == *now;
}

} // namespace

base::Diagnostics lint_resources(const Value& document, const Value& transformed) {
    base::Diagnostics found;
    const Value* resources = transformed.find("Resources");
    if (resources == nullptr || !resources->is_map()) {
        return found;
    }
    const auto types = CloudFormationTypes::load();
    if (!types) {
        return {{base::Severity::error, types.error()}};
    }
    for (const data::Entry& resource : *resources->as_map()) {
        const Value* type = resource.value.find("Type");
        if (type == nullptr || !type->is_string() || is_open(type->text())) {
            continue;
        }
        const bool own = is_own(document.find("Resources"), resource);
        if (const auto known = types->resource(type->text())) {
            Check(*types, resource, own, found).properties(*known);
        } else if (own && !type->text().starts_with("AWS::Serverless::")) {
            warn_of_type(*types, resource, found);
        }
    }
    Attributes attributes(*types, *resources->as_map(), found);
    for (const char* part : {"Resources", "Outputs"}) {
        if (const Value* section = transformed.find(part)) {
            attributes.check(*section);
        }
    }
    return found;
}

} // namespace samara::transform
