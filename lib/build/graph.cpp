#include "build/graph.h"

#include "config/format.h"

#include <fmt/format.h>

namespace samara::build {

namespace {

data::Value list(const std::vector<std::string>& texts) {
    return data::List(texts.begin(), texts.end());
}

std::string section(const Definition& definition, const Fingerprint& print) {
    const char* kind = definition.layer ? "layer" : "function";
    data::Map fields;
    if (definition.layer) {
        fields.set("layer_name", definition.logical_ids.front());
    }
    fields.set("codeuri", definition.source.string());
    fields.set("runtime", definition.runtime);
    fields.set("architecture", definition.architecture);
    fields.set("source_hash", print.source);
    fields.set("manifest_hash", print.manifest);
    if (definition.layer) {
        fields.set("build_method", metadata_text(definition.metadata, "BuildMethod"));
        fields.set("layer", definition.logical_ids.front());
    } else {
        fields.set("handler", definition.handler);
        fields.set("packagetype", "Zip");
        fields.set("functions", list(definition.logical_ids));
    }
    std::string text = fmt::format("\n[{}_build_definitions.{}]\n", kind, definition.id);
    for (const data::Entry& field : fields) {
        text += fmt::format("{} = {}\n", field.key, config::toml_value(field.value));
    }
    return text;
}

} // namespace

std::string
graph_text(const std::vector<Definition>& definitions, const std::vector<Fingerprint>& prints) {
    std::string text = "# Made by samara build.\n";
    for (std::size_t i = 0; i < definitions.size(); ++i) {
        text += section(definitions[i], prints[i]);
    }
    return text;
}

} // namespace samara::build
