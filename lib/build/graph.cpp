#include "build/graph.h"

#include "build/definition.h"
#include "config/format.h"

#include <map>

#include <fmt/format.h>

namespace samara::build {

namespace {

data::Value list(const std::vector<std::string>& texts) {
    return data::List(texts.begin(), texts.end());
}

std::string table(std::string_view name, const data::Map& fields) {
    std::string text = fmt::format("\n[{}]\n", name);
    for (const data::Entry& field : fields) {
        text += fmt::format("{} = {}\n", field.key, config::toml_value(field.value));
    }
    return text;
}

// Members of Metadata that are maps or lists would be tables of their own; their meaning is in the
// definition's id.
data::Map plain_members(const data::Value& metadata) {
    data::Map plain;
    if (const data::Map* map = metadata.as_map()) {
        for (const data::Entry& entry : *map) {
            if (!entry.value.is_map() && !entry.value.is_list() && !entry.value.is_null() &&
                entry.key.find_first_of(".:\"' ") == std::string::npos) {
                plain.set(entry.key, data::scalar_text(entry.value));
            }
        }
    }
    return plain;
}

std::string section(const Placed& placed, const std::vector<std::string>& ids) {
    const Recipe& recipe = placed.recipe;
    data::Map fields;
    if (recipe.layer) {
        fields.set("layer_name", ids.front());
    }
    fields.set("codeuri", placed.source);
    if (recipe.layer) {
        fields.set("build_method", metadata_text(recipe.metadata, "BuildMethod"));
        fields.set("compatible_runtimes", list(recipe.compatible_runtimes));
    } else {
        fields.set("runtime", recipe.runtime);
    }
    fields.set("architecture", recipe.architecture);
    fields.set("source_hash", placed.inputs.content);
    fields.set("manifest_hash", placed.manifest);
    if (recipe.layer) {
        fields.set("layer", ids.front());
    } else {
        fields.set("handler", recipe.handler);
        fields.set("packagetype", placed.image.empty() ? "Zip" : "Image");
        fields.set("functions", list(ids));
    }
    const std::string name = fmt::format(
        "{}_build_definitions.{}", recipe.layer ? "layer" : "function", placed.inputs.definition);
    std::string text = table(name, fields);
    const data::Map metadata = plain_members(recipe.metadata);
    if (!recipe.layer && !metadata.empty()) {
        text += table(name + ".metadata", metadata);
    }
    return text;
}

} // namespace

std::string graph_text(const BuildState& state) {
    std::map<std::string, std::vector<std::string>> ids; // by definition
    for (const auto& [id, placed] : state.artifacts) {
        ids[placed.inputs.definition].push_back(id);
    }
    std::string text = "# Made by samara build.\n";
    for (const auto& [definition, own] : ids) {
        text += section(state.artifacts.at(own.front()), own);
    }
    return text;
}

} // namespace samara::build
