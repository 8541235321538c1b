#include "transform/checks/lint_properties.h"

#include "base/hint.h"
#include "base/strings.h"
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
class PropertyLint {
public:
    PropertyLint(
        const CloudFormationTypes& types, const data::Entry& resource, bool own, Findings& found)
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
        std::string_view rule,
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
        found_.push_back({rule, base::Severity::error, std::move(error)});
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
                    "E3003",
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
            "E3002",
            member.key_where.place,
            around,
            below(path, member.key),
            fmt::format(
                "{} has no property {}",
                path.empty() ? resource_.value.find("Type")->text() : std::string_view(path),
                member.key),
            base::did_you_mean(
                near,
                names.size() <= 12 ? fmt::format("it has: {}", fmt::join(names, ", "))
                                   : "remove it"));
    }

    void wrong_kind(
        const Value& value,
        const std::string& path,
        const std::string& wanted,
        const base::Location& around) {
        report(
            "E3012",
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
            "E3030",
            value.where(),
            around,
            path,
            fmt::format("{} cannot be {}", path, text),
            base::did_you_mean(
                near,
                values.size() <= most_shown
                    ? fmt::format("write one of {}", fmt::join(values, ", "))
                    : fmt::format("there are {} allowed values", values.size())));
    }

    const CloudFormationTypes& types_;
    const data::Entry& resource_;
    bool own_; // the user wrote the resource itself, not something that stands for it
    Findings& found_;
};

} // namespace

void lint_properties(
    const CloudFormationTypes& types,
    const CloudFormationObject& type,
    const data::Entry& resource,
    bool own,
    Findings& found) {
    PropertyLint(types, resource, own, found).properties(type);
}

} // namespace samara::transform
