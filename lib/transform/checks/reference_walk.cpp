#include "transform/checks/reference_walk.h"

#include "base/strings.h"
#include "data/walk.h"
#include "transform/core/intrinsics.h"

namespace samara::transform {

using data::List;
using data::Map;
using data::Value;

namespace {

std::string_view owner_of(std::string_view path) {
    return path.substr(0, path.find('.'));
}

} // namespace

void each_substitution(const Value& argument, const VisitReference& visit) {
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
        const std::string_view name = base::trim(text.substr(open + 2, close - open - 2));
        if (!name.empty() && name.front() != '!' && (own == nullptr || !own->contains(name))) {
            visit(name, format);
        }
    }
}

void each_reference(const Value& value, const VisitReference& visit) {
    if (const Value* name = argument_of(value, "Ref"); name != nullptr && name->is_string()) {
        visit(owner_of(name->text()), *name);
        return;
    }
    if (const Value* path = argument_of(value, "Fn::GetAtt")) {
        const List* list = path->as_list();
        const Value& owner = list != nullptr && !list->empty() ? list->front() : *path;
        visit(owner_of(owner.text()), owner);
        return;
    }
    if (const Value* argument = argument_of(value, "Fn::Sub")) {
        each_substitution(
            *argument, [&](std::string_view name, const Value& at) { visit(owner_of(name), at); });
        const List* list = argument->as_list();
        if (list != nullptr && list->size() > 1) {
            each_reference((*list)[1], visit);
        }
        return;
    }
    data::each_child(value, [&](const Value& child) { each_reference(child, visit); });
}

} // namespace samara::transform
