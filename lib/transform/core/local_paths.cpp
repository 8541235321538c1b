#include "transform/core/local_paths.h"

#include "transform/core/context.h"
#include "transform/core/intrinsics.h"

#include <array>

namespace samara::transform {
namespace {

using data::Value;

constexpr std::array path_properties{
    "CodeUri",
    "ContentUri",
    "DefinitionUri",
    "SchemaUri",
    "Location",
    "TemplateURL",
    "Code",
    "Content"};

void resolve(Value* properties, const Parameters& parameters) {
    if (properties == nullptr || !properties->is_map()) {
        return;
    }
    for (const char* name : path_properties) {
        Value* value = properties->find(name);
        if (value == nullptr || !value->is_map()) {
            continue;
        }
        Value known = parameters.resolve(*value);
        const Value* text = argument_of(known, "Fn::Sub"); // nothing is left to substitute?
        if (text != nullptr && text->is_string() &&
            text->text().find("${") == std::string_view::npos) {
            known = Value(text->text());
        }
        if (known.is_string()) {
            known.set_where(value->where());
            *value = std::move(known);
        }
    }
}

} // namespace

void resolve_local_paths(Value& document, const Options& options) {
    const Context context(document, options);
    if (Value* globals = document.find("Globals"); globals != nullptr && globals->is_map()) {
        for (data::Entry& section : *globals->as_map()) {
            resolve(&section.value, context.parameters());
        }
    }
    Value* resources = document.find("Resources");
    if (resources == nullptr || !resources->is_map()) {
        return;
    }
    for (data::Entry& resource : *resources->as_map()) {
        resolve(resource.value.find("Properties"), context.parameters());
    }
}

} // namespace samara::transform
