#include "engine/sandbox/families.h"

#include "data/read.h"
#include "samara_engine_sandbox_files.h"

namespace samara::engine::sandbox {

namespace {

std::string text(const data::Value& row, std::string_view name) {
    const data::Value* value = row.find(name);
    return value == nullptr ? std::string() : std::string(value->text());
}

std::vector<std::string> texts(const data::Value& row, std::string_view name) {
    std::vector<std::string> result;
    if (const data::Value* value = row.find(name); value != nullptr && value->is_list()) {
        for (const data::Value& item : *value->as_list()) {
            result.emplace_back(item.text());
        }
    }
    return result;
}

std::vector<Family> read_families() {
    const data::Value table =
        data::read_json(embedded("interpreters.json").value_or("[]"), "interpreters.json").value();
    std::vector<Family> families;
    for (const data::Value& row : *table.as_list()) {
        const std::string runtime = text(row, "runtime");
        const std::size_t version = runtime.find("{}");
        families.push_back(
            {text(row, "family"),
             runtime.substr(0, version),
             runtime.substr(version + 2),
             texts(row, "exact"),
             text(row, "any"),
             texts(row, "version"),
             text(row, "packages"),
             texts(row, "libraries"),
             texts(row, "modules"),
             texts(row, "debug_modules")});
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
