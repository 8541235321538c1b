#pragma once

#include "data/accessors.h"
#include "gateway/route/model.h"

/// The resources of a template that say which API they belong to. Private to gateway/.
namespace samara::gateway {

/// A resource of an API with its properties.
struct Owned {
    const data::Entry& entry;
    const data::Value& properties;
};

/// Calls `visit` for every resource of `type` that belongs to `api`, in the template's order.
template <class Visit>
void for_each_owned(
    const data::Map& resources, const Api& api, std::string_view type, const Visit& visit) {
    const std::string_view owner =
        api.kind == ApiKind::rest && !api.websocket ? "RestApiId" : "ApiId";
    for (const data::Entry& entry : resources) {
        const data::Value* properties = entry.value.find("Properties");
        if (properties != nullptr && data::text_of(entry.value, "Type") == type &&
            data::text_of(*properties, owner) == api.id) {
            visit(Owned{entry, *properties});
        }
    }
}

} // namespace samara::gateway
