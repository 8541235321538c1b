#include "app/load/known_value.h"

#include "intrinsics/resolver.h"
#include "model/sections.h"

namespace samara::app {

std::optional<data::Value> known_value(
    const data::Value& document,
    const data::Value& call,
    const std::string& region,
    const model::ParameterOverrides& overrides) {
    const data::Map* map = call.as_map();
    const bool intrinsic = map != nullptr && map->size() == 1 &&
                           (map->begin()->key == "Ref" || map->begin()->key.starts_with("Fn::"));
    base::Diagnostics others;
    auto sections = model::sections_of(document, others);
    if (!intrinsic || !sections) {
        return std::nullopt;
    }
    // What the command line gives need not be declared to be known.
    data::Map declared = *sections->parameters;
    for (const auto& [name, value] : overrides) {
        if (!declared.contains(name) && !sections->resources->contains(name)) {
            declared.set(name, data::Map{{"Type", "String"}});
        }
    }
    sections->parameters = &declared;
    intrinsics::Resolver resolver(
        *sections,
        model::parameter_values(*sections->parameters, overrides, others),
        intrinsics::pseudo_parameters(region));
    base::Diagnostics unknown;
    data::Value result = resolver.resolve(call, unknown);
    if (!unknown.empty() || result.is_null() || result.is_map()) {
        return std::nullopt;
    }
    result.set_where(call.where());
    return result;
}

} // namespace samara::app
