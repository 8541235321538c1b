#include "transform/core/intrinsic_checks.h"

#include "data/walk.h"
#include "transform/core/intrinsics.h"

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::List;
using data::Value;

bool check_find_in_map(Context& context, const Value& argument) {
    const List* path = argument.as_list();
    if (path == nullptr || path->size() != 3) {
        context.error(
            "Fn::FindInMap takes a mapping and two keys",
            "[mapping, first key, second key]",
            argument.where());
        return false;
    }
    const Value* mappings = context.document().find("Mappings");
    const Value* mapping = mappings == nullptr ? nullptr : mappings->find(path->front().text());
    if (mapping == nullptr) {
        return true;
    }
    const Value key = context.parameters().resolve_references((*path)[1]);
    const Value* row = mapping->find(data::scalar_text(key));
    const bool good = mapping->is_map() && (row == nullptr || row->is_map());
    if (!good) {
        context.error(
            fmt::format("mapping {} must be a map of maps", path->front().text()),
            "a mapping has keys, each of them keys and values",
            mapping->where());
    }
    return good;
}

void check_sub(Context& context, const Value& argument) {
    const std::string_view text = argument.text();
    for (std::size_t open = text.find("${"); open != std::string_view::npos;
         open = text.find("${", open + 2)) {
        const std::size_t close = text.find('}', open);
        if (close == std::string_view::npos) {
            return;
        }
        const std::string_view name = text.substr(open + 2, close - open - 2);
        const Value* value = context.parameters().find(name);
        if (value != nullptr && (value->is_list() || value->is_map())) {
            context.error(
                fmt::format(
                    "Fn::Sub cannot put {} ({}) into a text", name, data::kind_name(value->kind())),
                "Fn::Join makes a text of a list",
                argument.where());
        }
    }
}

} // namespace

void check_substitutions(Context& context, const Value& value) {
    data::each_child(value, [&](const Value& child) { check_substitutions(context, child); });
    if (const Value* text = argument_of(value, "Fn::Sub")) {
        check_sub(context, *text);
    }
}

bool check_look_ups(Context& context, const Value& value) {
    bool good = true;
    data::each_child(
        value, [&](const Value& child) { good = check_look_ups(context, child) && good; });
    const Value* path = argument_of(value, "Fn::FindInMap");
    return (path == nullptr || check_find_in_map(context, *path)) && good;
}

} // namespace samara::transform
