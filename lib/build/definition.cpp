#include "build/definition.h"

#include "base/digest.h"
#include "base/strings.h"
#include "base/try.h"
#include "data/write.h"
#include "model/code_file.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

// "src", "src/" and "./src" are one folder.
fs::path normal(const fs::path& source) {
    const fs::path path = source.lexically_normal();
    return path.has_filename() ? path : path.parent_path();
}

bool is_file(const fs::path& source) {
    std::error_code ignored;
    return fs::is_regular_file(source, ignored);
}

base::Result<void> check_source(
    const std::string& logical_id,
    std::string_view property,
    const fs::path& source,
    bool is_code,
    const base::Location& where) {
    std::error_code ignored;
    const fs::file_status status = fs::status(source, ignored);
    if (fs::is_directory(status) || (fs::is_regular_file(status) && is_code)) {
        return {};
    }
    const std::string_view wrong =
        is_code ? "is neither a folder nor a file"
                : "is neither a folder nor a zip archive nor code of its runtime";
    base::Error error;
    error.resource = logical_id;
    error.property = property;
    error.where = where;
    error.message = fmt::format(
        "{}: {} {}: {}",
        logical_id,
        property,
        fs::exists(status) ? wrong : "does not exist",
        source.string());
    error.hint = "the path is relative to the template's folder, or to --base-dir";
    return base::fail(std::move(error));
}

// Metadata that says how to build, without what only names the resource.
data::Value relevant(const data::Value& metadata) {
    data::Value result = metadata;
    if (data::Map* map = result.as_map()) {
        for (const std::string_view key :
             {"SamResourceId", "SamNormalized", "aws:cdk:path", "aws:asset:path"}) {
            map->erase(key);
        }
    }
    return result;
}

std::string id_of(const Definition& definition) {
    base::Digest digest;
    const auto add = [&](std::string_view text) {
        digest.add(fmt::format("{}:", text.size()));
        digest.add(text);
    };
    add(definition.recipe.layer ? "layer" : "function");
    add(definition.one_file ? "file" : "folder");
    add(definition.source.string());
    add(definition.recipe.runtime);
    add(definition.recipe.architecture);
    add(data::write_json(relevant(definition.recipe.metadata)));
    if (definition.recipe.layer || definition.workflow.facts.by_function) {
        add(definition.logical_ids.front());
        add(definition.recipe.handler);
    }
    const data::Value* properties = definition.recipe.metadata.find("BuildProperties");
    if (definition.workflow.facts.by_handler &&
        (properties == nullptr || properties->find("EntryPoints") == nullptr)) {
        add(definition.recipe.handler);
    }
    constexpr std::size_t digits = 32;
    return digest.hex().substr(0, digits);
}

base::Error about(base::Error error, const std::string& logical_id, const base::Location& where) {
    error.message = fmt::format("{}: {}", logical_id, error.message);
    error.resource = logical_id;
    if (!error.where.known()) {
        error.where = where;
    }
    return error;
}

base::Result<Definition> of_function(const Function& function, const Workflows& workflows) {
    TRY(check_source(
        function.logical_id,
        "CodeUri",
        function.source,
        model::is_code_file(function.source, function.recipe.runtime),
        function.where));
    auto workflow = workflows.select(
        function.recipe.runtime, metadata_text(function.recipe.metadata, "BuildMethod"));
    if (!workflow) {
        return base::fail(about(workflow.error(), function.logical_id, function.where));
    }
    Definition definition;
    definition.logical_ids = {function.logical_id};
    definition.source = normal(function.source);
    definition.one_file = is_file(definition.source);
    definition.where = function.where;
    definition.recipe = function.recipe;
    definition.workflow = std::move(*workflow);
    definition.id = id_of(definition);
    return definition;
}

// A layer says how it is built by a runtime or "makefile"; the latter needs no runtime.
base::Result<Definition> of_layer(const Layer& layer, const Workflows& workflows) {
    TRY(check_source(layer.logical_id, "ContentUri", layer.source, true, layer.where));
    const std::string method = metadata_text(layer.recipe.metadata, "BuildMethod");
    auto workflow = workflows.select({}, method);
    if (!workflow) {
        return base::fail(about(workflow.error(), layer.logical_id, layer.where));
    }
    Definition definition;
    definition.recipe = layer.recipe;
    definition.recipe.layer = true;
    definition.logical_ids = {layer.logical_id};
    definition.source = normal(layer.source);
    definition.one_file = is_file(definition.source);
    definition.where = layer.where;
    const std::vector<std::string>& runtimes = workflow->facts.runtimes;
    const bool is_runtime = std::find(runtimes.begin(), runtimes.end(), method) != runtimes.end();
    if (is_runtime || layer.recipe.compatible_runtimes.empty()) {
        definition.recipe.runtime = method;
    } else {
        definition.recipe.runtime = layer.recipe.compatible_runtimes.front();
    }
    const std::string architecture = metadata_text(layer.recipe.metadata, "BuildArchitecture");
    if (!architecture.empty()) {
        definition.recipe.architecture = architecture;
    }
    definition.workflow = std::move(*workflow);
    definition.id = id_of(definition);
    return definition;
}

} // namespace

std::string metadata_text(const data::Value& metadata, std::string_view key) {
    const data::Value* value = metadata.find(key);
    return value == nullptr ? std::string() : data::scalar_text(*value);
}

bool skips_build(const data::Value& metadata) {
    return base::to_lower(metadata_text(metadata, "SkipBuild")) == "true";
}

std::string_view own_id(std::string_view logical_id) {
    return logical_id.substr(logical_id.rfind('/') + 1);
}

std::vector<Definition> definitions(
    const Request& request,
    const Workflows& workflows,
    const base::Log& log,
    std::vector<Failure>& failures) {
    std::vector<Definition> result;
    // An archive that is not there yet may come from elsewhere; who asks for it by name needs it.
    const auto is_archive = [&](const auto& part, std::string_view property) {
        std::error_code ignored;
        const bool missing = part.source.extension() == ".zip" && !fs::exists(part.source, ignored);
        if (!missing || !request.whole) {
            return model::is_archive(part.source);
        }
        const auto wrong =
            check_source(part.logical_id, property, part.source, false, part.where).error();
        log.warning(to_string(wrong));
        return true;
    };
    const auto skip = [&](std::string_view what, const std::string& id, std::string_view why) {
        log.info(fmt::format("Skip building {}: {}{}", what, id, why));
    };
    for (const Layer& layer : request.layers) {
        const bool has_method = !metadata_text(layer.recipe.metadata, "BuildMethod").empty();
        if (request.exclude.contains(layer.logical_id) || !has_method) {
            continue;
        }
        if (skips_build(layer.recipe.metadata)) {
            skip("layer", layer.logical_id, " (SkipBuild)");
        } else if (is_archive(layer, "ContentUri")) {
            skip("zip layer", layer.logical_id, "");
        } else if (auto definition = of_layer(layer, workflows)) {
            result.push_back(std::move(*definition));
        } else {
            failures.push_back({layer.logical_id, std::move(definition.error())});
        }
    }
    for (const Function& function : request.functions) {
        if (request.exclude.contains(function.logical_id) || function.image) {
            continue;
        }
        if (skips_build(function.recipe.metadata)) {
            skip("function", function.logical_id, " (SkipBuild)");
            continue;
        }
        if (is_archive(function, "CodeUri")) {
            skip("zip function", function.logical_id, "");
            continue;
        }
        auto definition = of_function(function, workflows);
        if (!definition) {
            failures.push_back({function.logical_id, std::move(definition.error())});
            continue;
        }
        const auto same = std::find_if(result.begin(), result.end(), [&](const Definition& other) {
            return other.id == definition->id;
        });
        if (same != result.end()) {
            same->logical_ids.push_back(function.logical_id);
        } else {
            result.push_back(std::move(*definition));
        }
    }
    return result;
}

} // namespace samara::build
