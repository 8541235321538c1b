#include "model/layer.h"

#include "base/strings.h"
#include "model/object_url.h"
#include "model/properties.h"

#include <algorithm>

namespace samara::model {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

} // namespace

std::optional<Layer> read_layer(
    const std::string& logical_id, const data::Value& resource, base::Diagnostics& diagnostics) {
    Properties properties(logical_id, resource);
    Layer layer;
    layer.logical_id = logical_id;
    layer.deployed_id = logical_id;
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
        const std::string object = object_url(*content);
        layer.content = object.empty() ? std::string(content->text()) : object;
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

std::optional<LayerVersionArn> LayerVersionArn::parse(std::string_view text) {
    constexpr std::size_t account_digits = 12;
    const auto parts = base::split(text, ':');
    if (parts.size() != 8 || parts[0] != "arn" || parts[2] != "lambda" || parts[5] != "layer") {
        return std::nullopt;
    }
    // The name becomes that of a folder and part of an image's: nothing but these characters.
    for (const std::size_t named : {1U, 3U, 6U}) {
        if (parts[named].empty() ||
            !std::all_of(parts[named].begin(), parts[named].end(), is_word)) {
            return std::nullopt;
        }
    }
    for (const std::size_t numbered : {4U, 7U}) {
        if (parts[numbered].empty() ||
            !std::all_of(parts[numbered].begin(), parts[numbered].end(), is_digit)) {
            return std::nullopt;
        }
    }
    if (parts[4].size() != account_digits) {
        return std::nullopt;
    }
    return LayerVersionArn{
        std::string(text),
        std::string(parts[1]),
        std::string(parts[3]),
        std::string(parts[6]),
        std::string(parts[7])};
}

} // namespace samara::model
