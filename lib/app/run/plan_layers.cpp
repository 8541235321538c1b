#include "app/run/function_error.h"
#include "app/run/plan.h"
#include "base/try.h"
#include "model/limits.h"
#include "os/tree_state.h"

#include <memory>
#include <mutex>
#include <utility>
#include <variant>

#include <fmt/format.h>

// The layers of functions: those of the template, and those that are fetched.
namespace samara::app {

namespace {

// A layer that is there, or one that has to be fetched.
using PlannedLayer = std::variant<engine::Layer, model::LayerVersionArn>;

base::Result<std::vector<engine::Layer>> find_layers(
    const std::vector<PlannedLayer>& planned,
    const LayerVersions& versions,
    const os::Cancellation& cancel) {
    std::vector<engine::Layer> layers;
    for (const PlannedLayer& layer : planned) {
        if (const auto* local = std::get_if<engine::Layer>(&layer)) {
            layers.push_back(*local);
            continue;
        }
        const auto& version = std::get<model::LayerVersionArn>(layer);
        TRY_ASSIGN(auto folder, versions.folder(version, cancel));
        layers.push_back({cache_name(version), std::move(folder), false});
    }
    return layers;
}

std::optional<base::Error>
too_large(const model::Function& function, const std::vector<engine::Layer>& layers) {
    const std::uint64_t most = model::limits().unzipped_bytes;
    std::uint64_t bytes = 0;
    for (const engine::Layer& layer : layers) {
        const auto state = os::tree_state(layer.folder);
        bytes += state ? state->bytes : 0;
    }
    if (bytes <= most) {
        return std::nullopt;
    }
    return function_error(
        function,
        function.layers_where,
        fmt::format(
            "the layers of '{}' are {} MB together, and Lambda takes {} MB with the code",
            function.logical_id,
            bytes >> 20U,
            most >> 20U),
        "AWS refuses this at deployment; leave out what the function does not need, or make it an "
        "Image function");
}

} // namespace

// Those of the template now, the others when there is a first call.
base::Result<void> Planner::plan_layers(
    const Application& application, const model::Function& function, invoke::FunctionPlan& plan) {
    std::vector<PlannedLayer> layers;
    bool fetched = false;
    for (const std::string& arn : function.layers) {
        if (const model::Layer* local = application.find_layer(arn)) {
            TRY_ASSIGN(auto layer, local_layer(application, *local));
            log_.debug(fmt::format(
                "{}: layer {} of the template, from {}",
                function.logical_id,
                local->logical_id,
                layer.folder.string()));
            layers.emplace_back(std::move(layer));
            continue;
        }
        auto version = model::LayerVersionArn::parse(arn);
        if (!version) {
            return base::fail(
                fmt::format(
                    "layer '{}' is neither in this template nor the ARN of a layer version", arn),
                "add it as an AWS::Serverless::LayerVersion, or write its ARN with the version");
        }
        fetched = fetched || !layer_versions_.has_archive(*version);
        layers.emplace_back(std::move(*version));
    }
    const model::Limits& limits = model::limits();
    if (options_.limits && layers.size() > limits.layers) {
        base::Error error = function_error(
            function,
            function.layers_where,
            fmt::format(
                "'{}' has {} layers, and Lambda takes {}",
                function.logical_id,
                layers.size(),
                limits.layers),
            "AWS refuses this at deployment; put the content of several into one");
        log_.warning(to_string(error));
    }
    invoke::Preparation prepare = [function,
                                   layers = std::move(layers),
                                   versions = layer_versions_,
                                   cancel = cancel_,
                                   log = log_,
                                   limited = options_.limits,
                                   told = std::make_shared<std::once_flag>()](
                                      engine::EnvironmentSpec& spec) -> base::Result<void> {
        auto found = find_layers(layers, versions, cancel);
        if (!found) {
            return base::fail(
                about_function(std::move(found).error(), function, function.layers_where));
        }
        if (const auto large = too_large(function, *found); limited && large) {
            std::call_once(*told, [&] { log.warning(to_string(*large)); });
        }
        spec.layers = std::move(*found);
        return {};
    };
    if (fetched) {
        plan.prepare = std::move(prepare);
        return {};
    }
    return prepare(plan.spec);
}

base::Result<engine::Layer>
Planner::local_layer(const Application& application, const model::Layer& layer) {
    TRY_ASSIGN(auto folder, code_folders_.of_layer(application, layer));
    return engine::Layer{layer.name, std::move(folder), true};
}

} // namespace samara::app
