#include "base/strings.h"
#include "data/walk.h"
#include "data/write.h"
#include "transform/core/intrinsics.h"
#include "transform/core/logical_id.h"
#include "transform/state_machine/state_machine.h"

#include <algorithm>

#include <fmt/format.h>

/// Amazon States Language in a template, as the text that Step Functions takes.
namespace samara::transform {
namespace {

using data::List;
using data::Map;
using data::Value;

constexpr int indent = 4;

bool is_dynamic(const Value& value) {
    const std::string_view text = value.text();
    return is_intrinsic(value) || (text.starts_with("{{resolve:") && text.ends_with("}}"));
}

/// `value` with sorted keys, dynamic values replaced by placeholders in that order.
Value substituted(const Value& value, Map& substitutions) {
    const auto child = [&](const Value& below) {
        if (!is_dynamic(below)) {
            return substituted(below, substitutions);
        }
        const std::string name =
            fmt::format("definition_substitution_{}", substitutions.size() + 1);
        substitutions.set(name, below);
        return Value(fmt::format("${{{}}}", name));
    };
    if (const List* list = value.as_list()) {
        List out;
        std::transform(list->begin(), list->end(), std::back_inserter(out), child);
        return out;
    }
    const Map* map = value.as_map();
    if (map == nullptr) {
        return value;
    }
    Map out;
    for (const data::Entry* entry : data::sorted_entries(*map)) {
        out.set(entry->key, child(entry->value));
    }
    return out;
}

} // namespace

StatesDefinition states_definition(const Value& definition) {
    StatesDefinition out;
    const Value plain = substituted(definition, out.substitutions);
    List lines;
    const std::string text = data::write_json(plain, indent);
    for (const std::string_view line : base::split(text, '\n')) {
        lines.emplace_back(ascii_json(line));
    }
    out.text = make_join("\n", std::move(lines));
    return out;
}

} // namespace samara::transform
