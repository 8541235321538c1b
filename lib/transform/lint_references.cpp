#include "transform/lint_references.h"

#include "base/strings.h"
#include "transform/intrinsics.h"

#include <functional>
#include <set>

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

/// Calls visit(name, value) for the name that every Ref, Fn::GetAtt, Fn::Sub, Condition-free
/// reference in `value` begins with, e.g. "Table" for !GetAtt Table.Arn.
void each_reference(
    const Value& value, const std::function<void(std::string_view, const Value&)>& visit);

void each_substitution(
    const Value& argument, const std::function<void(std::string_view, const Value&)>& visit) {
    const List* list = argument.as_list();
    const Value& format = list != nullptr && !list->empty() ? list->front() : argument;
    const Map* own = list != nullptr && list->size() > 1 ? (*list)[1].as_map() : nullptr;
    const std::string_view text = format.text();
    for (std::size_t open = text.find("${"); open != std::string_view::npos;
         open = text.find("${", open + 2)) {
        const std::size_t close = text.find('}', open);
        if (close == std::string_view::npos) {
            break;
        }
        const std::string_view whole = base::trim(text.substr(open + 2, close - open - 2));
        const std::string_view name = whole.substr(0, whole.find('.'));
        if (!name.empty() && name.front() != '!' && (own == nullptr || !own->contains(whole))) {
            visit(name, format);
        }
    }
    if (own != nullptr) {
        for (const data::Entry& entry : *own) {
            each_reference(entry.value, visit);
        }
    }
}

void each_reference(
    const Value& value, const std::function<void(std::string_view, const Value&)>& visit) {
    if (const List* list = value.as_list()) {
        for (const Value& item : *list) {
            each_reference(item, visit);
        }
        return;
    }
    const Map* map = value.as_map();
    if (map == nullptr) {
        return;
    }
    if (const Value* name = argument_of(value, "Ref"); name != nullptr && name->is_string()) {
        visit(std::string_view(name->text()).substr(0, name->text().find('.')), *name);
        return;
    }
    if (const Value* path = argument_of(value, "Fn::GetAtt")) {
        const List* list = path->as_list();
        const Value& owner = list != nullptr && !list->empty() ? list->front() : *path;
        visit(owner.text().substr(0, owner.text().find('.')), owner);
        return;
    }
    if (const Value* argument = argument_of(value, "Fn::Sub")) {
        each_substitution(*argument, visit);
        return;
    }
    for (const data::Entry& entry : *map) {
        each_reference(entry.value, visit);
    }
}

const Map& section(const Value& document, std::string_view name) {
    static const Map none;
    const Value* value = document.find(name);
    return value == nullptr || !value->is_map() ? none : *value->as_map();
}

base::Diagnostic warning(std::string message, std::string hint, const base::Location& where) {
    base::Error error;
    error.message = std::move(message);
    error.hint = std::move(hint);
    error.where = where;
    return {base::Severity::warning, std::move(error)};
}

void report_unused_parameters(const Value& document, base::Diagnostics& out) {
    std::set<std::string, std::less<>> used;
    for (const data::Entry& part : *document.as_map()) {
        if (part.key != "Parameters") {
            each_reference(
                part.value, [&](std::string_view name, const Value&) { used.emplace(name); });
        }
    }
    for (const data::Entry& parameter : section(document, "Parameters")) {
        // Loops of the language extensions name their list parameter by Ref as well.
        if (!used.contains(parameter.key)) {
            out.push_back(warning(
                fmt::format("parameter {} is not used", parameter.key),
                "remove it, or refer to it",
                parameter.key_where));
        }
    }
}

void report_dangling(const Value& document, const Value& known_in, base::Diagnostics& out) {
    std::vector<std::string_view> names;
    std::set<std::string_view> known;
    for (const Value* source : {&document, &known_in}) {
        for (const char* name : {"Parameters", "Resources"}) {
            for (const data::Entry& entry : section(*source, name)) {
                if (known.insert(entry.key).second) {
                    names.push_back(entry.key);
                }
            }
        }
    }
    const auto visit = [&](std::string_view name, const Value& at) {
        if (name.empty() || name.starts_with("AWS::") || known.contains(name) ||
            !at.where().known()) {
            return;
        }
        const std::string_view near = base::nearest(name, names);
        out.push_back(warning(
            fmt::format("the template has no resource or parameter {}", name),
            near.empty() ? std::string("add it, or correct the reference")
                         : fmt::format("did you mean {}?", near),
            at.where()));
    };
    for (const char* name : {"Conditions", "Resources", "Outputs"}) {
        if (const Value* part = known_in.find(name)) {
            each_reference(*part, visit);
        }
    }
}

} // namespace

base::Diagnostics lint_references(const Value& document, const Value& transformed) {
    base::Diagnostics out;
    if (!document.is_map()) {
        return out;
    }
    report_unused_parameters(document, out);
    if (transformed.is_map()) {
        report_dangling(document, transformed, out);
    }
    return out;
}

} // namespace samara::transform
