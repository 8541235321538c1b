#include "transform/core/policy_templates.h"

#include "data/embedded_table.h"
#include "data/walk.h"
#include "samara_transform_files.h"
#include "transform/core/intrinsics.h"

#include <fmt/format.h>

namespace samara::transform {
namespace {

using data::Map;
using data::Value;

/// `value` with {"Ref": parameter} replaced by what the parameter is.
Value with_arguments(const Value& value, const Map& arguments) {
    if (const Value* name = argument_of(value, "Ref")) {
        const Value* argument = arguments.find(name->text());
        return argument == nullptr ? value : *argument;
    }
    return data::with_children(
        value, [&](const Value& child) { return with_arguments(child, arguments); });
}

} // namespace

const Map& PolicyTemplates::table() {
    if (table_.is_null()) {
        table_ = data::embedded_table(embedded("policy_templates.json"), "policy_templates.json");
    }
    return *table_.as_map();
}

bool PolicyTemplates::contains(std::string_view name) {
    return table().contains(name);
}

std::vector<std::string_view> PolicyTemplates::names() {
    std::vector<std::string_view> out;
    for (const data::Entry& entry : table()) {
        out.push_back(entry.key);
    }
    return out;
}

std::optional<Value> PolicyTemplates::fill(const Properties& properties, const data::Entry& call) {
    const Value& row = *table().find(call.key);
    static const Map no_arguments;
    const Map* arguments = call.value.is_null() ? &no_arguments : call.value.as_map();
    if (arguments == nullptr) {
        properties.error_at(
            call.value, "Policies", fmt::format("{} takes a map of parameters", call.key));
        return std::nullopt;
    }
    bool good = true;
    for (const Value& parameter : *row.find("Parameters")->as_list()) {
        if (!arguments->contains(parameter.text())) {
            good = false;
            Value place;
            place.set_where(call.key_where);
            properties.error_at(
                place,
                "Policies",
                fmt::format("{} needs the parameter {}", call.key, parameter.text()),
                fmt::format("add {}: below {}", parameter.text(), call.key));
        }
    }
    if (!good) {
        return std::nullopt;
    }
    return Value(Map{{"Statement", with_arguments(*row.find("Statement"), *arguments)}});
}

} // namespace samara::transform
