#include "app/source_maps.h"

#include "base/strings.h"
#include "data/accessors.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::app {

namespace {

constexpr std::string_view variable = "NODE_OPTIONS";
constexpr std::string_view option = "--enable-source-maps";

std::string node_options(const model::Function& function) {
    const auto found = function.environment.find(std::string(variable));
    return found == function.environment.end() ? std::string() : found->second;
}

bool follows_source_maps(const model::Function& function) {
    const std::string options = node_options(function);
    const auto words = base::split(options, ' ');
    return std::find(words.begin(), words.end(), option) != words.end();
}

bool uses_esbuild(const model::Function& function) {
    return base::to_lower(data::text_of(function.metadata, "BuildMethod")) == "esbuild";
}

const data::Value* source_map_property(const model::Function& function) {
    const data::Value* properties = function.metadata.find("BuildProperties");
    return properties == nullptr ? nullptr : properties->find("Sourcemap");
}

// Besides true: "inline", "external" and the like.
bool writes_source_maps(const model::Function& function) {
    const data::Value* property = source_map_property(function);
    if (property == nullptr) {
        return false;
    }
    return property->is_boolean() ? *property->as_boolean()
                                  : property->is_string() && property->text() != "false";
}

// The member, made a map where it is not there; nullptr where it is something else.
data::Map* map_in(data::Map& parent, std::string_view key) {
    if (!parent.contains(key)) {
        parent.set(key, data::Map());
    }
    return parent.find(key)->as_map();
}

} // namespace

data::Value with_source_maps(const model::Function& function) {
    data::Value metadata = function.metadata;
    if (!uses_esbuild(function) || !follows_source_maps(function) ||
        source_map_property(function) != nullptr) {
        return metadata;
    }
    if (data::Map* properties = map_in(*metadata.as_map(), "BuildProperties")) {
        properties->set("Sourcemap", true);
    }
    return metadata;
}

std::map<std::string, std::string>
missing_node_options(const Application& application, const base::Log& log) {
    std::map<std::string, std::string> missing;
    for (const model::Function& function : application.functions()) {
        if (!uses_esbuild(function) || !writes_source_maps(function) ||
            follows_source_maps(function)) {
            continue;
        }
        const std::string options = node_options(function);
        missing[function.logical_id] =
            fmt::format("{}{}{}", options, options.empty() ? "" : " ", option);
        log.info(fmt::format(
            "{} has source maps: the built template asks Node.js to follow them (NODE_OPTIONS: "
            "{}), "
            "which costs time when errors are thrown; without Sourcemap neither is done",
            function.logical_id,
            option));
    }
    return missing;
}

void set_node_options(data::Value& resource, const std::string& options) {
    data::Map* map = resource.as_map();
    data::Map* properties = map == nullptr ? nullptr : map_in(*map, "Properties");
    data::Map* environment = properties == nullptr ? nullptr : map_in(*properties, "Environment");
    data::Map* variables = environment == nullptr ? nullptr : map_in(*environment, "Variables");
    if (variables == nullptr || variables->contains("Fn::If")) {
        return;
    }
    const data::Value* given = variables->find(variable);
    if (given == nullptr || given->is_string()) {
        variables->set(variable, options);
    }
}

} // namespace samara::app
