#include "transform/checks/lint_attributes.h"

#include "base/hint.h"
#include "base/strings.h"
#include "data/walk.h"
#include "transform/core/intrinsics.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// Fn::GetAtt of attributes that a type does not have.
class Attributes {
public:
    Attributes(const CloudFormationTypes& types, const Map& resources, Findings& found)
        : types_(types), resources_(resources), found_(found) {}

    void check(const Value& value) {
        if (const Value* path = argument_of(value, "Fn::GetAtt")) {
            const List* parts = path->as_list();
            if (parts != nullptr && parts->size() == 2 && (*parts)[0].is_string() &&
                (*parts)[1].is_string()) {
                attribute((*parts)[0], (*parts)[1]);
            }
            return;
        }
        if (const Value* format = argument_of(value, "Fn::Sub")) {
            const List* pair = format->as_list();
            substitutions(pair != nullptr && !pair->empty() ? pair->front() : *format);
        }
        data::each_child(value, [this](const Value& child) { check(child); });
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
        if (type == nullptr || !where.known() || takes_anything(type->text()) ||
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
        error.hint = base::did_you_mean(
            near,
            object->attributes.empty()
                ? "it has none; !Ref gives its name"
                : fmt::format("it has: {}", fmt::join(object->attributes, ", ")));
        found_.push_back({"E1010", base::Severity::error, std::move(error)});
    }

    const CloudFormationTypes& types_;
    const Map& resources_;
    Findings& found_;
};

} // namespace

void lint_attributes(
    const CloudFormationTypes& types, const Map& resources, const Value& section, Findings& found) {
    Attributes(types, resources, found).check(section);
}

} // namespace samara::transform
