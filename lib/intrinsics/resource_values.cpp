#include "intrinsics/resource_values.h"

#include "data/embedded_table.h"
#include "samara_intrinsics_files.h"

namespace samara::intrinsics {

namespace {

// Parsed when the first resource is referred to: most templates need it, `--version` does not.
const data::Map& table() {
    static const data::Value rows =
        data::embedded_table(embedded("resource_values.json"), "resource_values.json");
    return *rows.as_map();
}

} // namespace

std::optional<ResourceValues> resource_values(std::string_view type) {
    const data::Value* row = table().find(type);
    if (row == nullptr) {
        return std::nullopt;
    }
    ResourceValues values;
    if (const data::Value* name = row->find("Name")) {
        values.name_property = name->text();
    }
    if (const data::Value* ref = row->find("Ref")) {
        values.ref = ref->text();
    }
    if (const data::Value* attributes = row->find("Attributes")) {
        for (const data::Entry& entry : *attributes->as_map()) {
            values.attributes[entry.key] = entry.value.text();
        }
    }
    return values;
}

} // namespace samara::intrinsics
