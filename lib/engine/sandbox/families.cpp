#include "engine/sandbox/families.h"

#include "data/accessors.h"
#include "data/embedded_table.h"
#include "samara_engine_sandbox_files.h"

namespace samara::engine::sandbox {

namespace {

std::vector<Family> read_families() {
    const data::Value table =
        data::embedded_table(embedded("interpreters.json"), "interpreters.json");
    std::vector<Family> families;
    for (const data::Value& row : *table.as_list()) {
        const std::string runtime = data::text_of(row, "runtime");
        const std::size_t version = runtime.find("{}");
        families.push_back(
            {data::text_of(row, "family"),
             runtime.substr(0, version),
             runtime.substr(version + 2),
             data::texts_of(row.find("exact")),
             data::text_of(row, "any"),
             data::texts_of(row.find("version")),
             data::text_of(row, "packages"),
             data::texts_of(row.find("libraries")),
             data::texts_of(row.find("modules")),
             data::texts_of(row.find("debug_modules"))});
    }
    return families;
}

} // namespace

std::optional<std::string_view> Family::version_of(std::string_view runtime) const {
    if (!runtime.starts_with(prefix)) {
        return std::nullopt;
    }
    runtime.remove_prefix(prefix.size());
    if (runtime.ends_with(suffix)) {
        runtime.remove_suffix(suffix.size());
    } else if (runtime.find('.') == std::string_view::npos) {
        return std::nullopt; // only the first ones, nodejs8.10, have no suffix
    }
    if (runtime.empty()) {
        return std::nullopt;
    }
    const bool number = runtime.find_first_not_of("0123456789.") == std::string_view::npos;
    return number ? std::optional(runtime) : std::nullopt;
}

const std::vector<Family>& families() {
    static const std::vector<Family> table = read_families();
    return table;
}

} // namespace samara::engine::sandbox
