#pragma once

#include "data/value.h"
#include "transform/core/resource.h"

#include <optional>
#include <string>
#include <string_view>

/// The pieces that expand_graphql_api puts together. Each reports its errors itself.
namespace samara::transform {

/// GetAtt of the API's id, as everything that belongs to an API names it.
data::Value graphql_api_id(const Resource& api);

/// The logical id of the API's schema, which resolvers wait for.
std::string graphql_schema_id(const Resource& api);

/// Each member of the map `section` of `parent` that is a map of properties as `list` says.
template <class F>
void for_each_checked(
    const Properties& parent, std::string_view section, std::string_view list, F&& use) {
    const auto members = parent.below(section);
    if (!members) {
        return;
    }
    for (data::Entry& entry : members->map()) {
        if (entry.value.is_null()) {
            members->wrong_kind(entry.key, "a map");
        }
        const auto properties = members->below(entry.key);
        if (properties && properties->check(list)) {
            use(entry.key, *properties);
        }
    }
}

/// Sets AuthenticationType and what belongs to it, and lets the API invoke its authorizers. False
/// after an error.
bool set_graphql_auth(const Resource& api, data::Map& out);

/// DataSources: the data sources and their roles.
void emit_graphql_data_sources(const Resource& api);

/// Whether Functions and Resolvers have what they must have, all of them before any is expanded.
bool check_graphql_code(const Resource& api);

/// Functions and Resolvers.
void emit_graphql_code(const Resource& api);

/// The logical id of the data source called `name` in DataSources, or nothing.
std::optional<std::string> find_graphql_data_source(const Resource& api, std::string_view name);

} // namespace samara::transform
