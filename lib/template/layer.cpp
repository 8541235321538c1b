#include "template/layer.h"

#include "template/properties.h"

namespace samara::model {

std::optional<Layer> read_layer(
    const std::string& logical_id, const data::Value& resource, base::Diagnostics& diagnostics) {
    Properties properties(logical_id, resource);
    Layer layer;
    layer.logical_id = logical_id;
    layer.name = properties.text("LayerName");
    if (layer.name.empty()) {
        layer.name = logical_id;
    }
    const data::Value* content = properties.find("ContentUri");
    if (content == nullptr) {
        content = properties.find("Content");
    }
    if (content == nullptr) {
        properties.missing("ContentUri", "add ContentUri with the layer's folder or zip file");
    } else {
        layer.content = content->text();
        layer.content_where = content->where();
    }
    layer.compatible_runtimes = properties.texts("CompatibleRuntimes");
    layer.compatible_architectures = properties.texts("CompatibleArchitectures");
    if (const data::Value* metadata = resource.find("Metadata")) {
        layer.metadata = *metadata;
    }
    diagnostics.insert(diagnostics.end(), properties.errors().begin(), properties.errors().end());
    return properties.errors().empty() ? std::optional(std::move(layer)) : std::nullopt;
}

} // namespace samara::model
