#include "build/state.h"

#include "base/hash.h"
#include "build/filter.h"
#include "build/source_state.h"
#include "data/accessors.h"
#include "data/read.h"
#include "data/write.h"
#include "os/file.h"
#include "os/owner.h"

#include <sys/stat.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

constexpr const char* state_file = ".samara-build.json";
constexpr const char* failed_file = ".samara-failed.json";
constexpr std::int64_t version = 2;

data::Value list(const std::vector<std::string>& texts) {
    return data::List(texts.begin(), texts.end());
}

data::Value read(const fs::path& path) {
    const auto text = os::read_file(path);
    auto value = text ? data::read_json(*text, path.string()) : base::fail(text.error());
    return value ? std::move(*value) : data::Value();
}

std::uint64_t number_of(const data::Value& map, std::string_view key) {
    const data::Value* value = map.find(key);
    return value != nullptr && value->is_integer()
               ? static_cast<std::uint64_t>(*value->as_integer())
               : 0;
}

bool flag_of(const data::Value& map, std::string_view key) {
    const data::Value* value = map.find(key);
    return value != nullptr && *value == data::Value(true);
}

std::int64_t number(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}

Recipe recipe_of(const data::Value& map) {
    Recipe recipe;
    recipe.layer = flag_of(map, "layer");
    recipe.runtime = data::text_of(map, "runtime");
    recipe.handler = data::text_of(map, "handler");
    recipe.architecture = data::text_of(map, "architecture");
    recipe.compatible_runtimes = data::texts_of(map.find("compatible_runtimes"));
    recipe.template_folder = data::text_of(map, "template_folder");
    if (const data::Value* metadata = map.find("metadata")) {
        recipe.metadata = *metadata;
    }
    return recipe;
}

data::Value recipe_value(const Recipe& recipe) {
    return data::Map{
        {"layer", recipe.layer},
        {"runtime", recipe.runtime},
        {"handler", recipe.handler},
        {"architecture", recipe.architecture},
        {"compatible_runtimes", list(recipe.compatible_runtimes)},
        {"template_folder", recipe.template_folder.string()},
        {"metadata", recipe.metadata}};
}

Size size_of(const data::Value& map) {
    Size size;
    size.bytes = number_of(map, "bytes");
    size.zipped = number_of(map, "zipped");
    const data::Value* parts = map.find("parts");
    if (parts != nullptr && parts->is_list()) {
        for (const data::Value& part : *parts->as_list()) {
            size.parts.push_back({data::text_of(part, "name"), number_of(part, "bytes")});
        }
    }
    return size;
}

data::Value size_value(const Size& size) {
    data::List parts;
    for (const Size::Part& part : size.parts) {
        parts.emplace_back(data::Map{{"name", part.name}, {"bytes", number(part.bytes)}});
    }
    return data::Map{
        {"bytes", number(size.bytes)},
        {"zipped", number(size.zipped)},
        {"parts", std::move(parts)}};
}

std::string template_digest(const fs::path& path) {
    const auto text = os::read_file(path);
    return text ? base::sha256_hex(*text) : std::string();
}

Placed placed(const data::Value& map) {
    Placed placed;
    placed.inputs = {
        data::text_of(map, "definition"),
        data::text_of(map, "settings"),
        data::text_of(map, "state"),
        data::text_of(map, "content")};
    placed.source = data::text_of(map, "source");
    placed.image = data::text_of(map, "image");
    placed.excludes = data::texts_of(map.find("excludes"));
    placed.outside = data::texts_of(map.find("outside"));
    placed.inode = number_of(map, "inode");
    placed.image_id = data::text_of(map, "image_id");
    placed.manifest = data::text_of(map, "manifest");
    placed.copies = flag_of(map, "copies");
    if (const data::Value* recipe = map.find("recipe")) {
        placed.recipe = recipe_of(*recipe);
    }
    if (const data::Value* size = map.find("size")) {
        placed.size = size_of(*size);
    }
    return placed;
}

} // namespace

std::uint64_t inode_of(const fs::path& path) {
    struct stat status {};

    return ::lstat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

BuildState BuildState::read(const fs::path& build_dir) {
    BuildState state;
    const data::Value document = build::read(build_dir / state_file);
    const data::Value* written = document.find("version");
    const data::Value* artifacts = document.find("artifacts");
    if (written == nullptr || *written != data::Value(version) || artifacts == nullptr ||
        !artifacts->is_map()) {
        return state;
    }
    for (const data::Entry& entry : *artifacts->as_map()) {
        state.artifacts.emplace(entry.key, placed(entry.value));
    }
    state.templates = data::texts_of(document.find("templates"));
    state.cache_dir = data::text_of(document, "cache_dir");
    state.boot = data::text_of(document, "boot");
    state.follow_links = flag_of(document, "follow_links");
    if (const data::Value* sources = document.find("sources"); sources && sources->is_map()) {
        for (const data::Entry& entry : *sources->as_map()) {
            state.sources.push_back({entry.key, std::string(entry.value.text())});
        }
    }
    return state;
}

bool BuildState::is_in(const fs::path& folder) {
    std::error_code ignored;
    return fs::is_regular_file(folder / state_file, ignored);
}

base::Result<void> BuildState::write(const fs::path& folder) const {
    data::Map all;
    for (const auto& [id, placed] : artifacts) {
        all.set(
            id,
            data::Map{
                {"definition", placed.inputs.definition},
                {"settings", placed.inputs.settings},
                {"state", placed.inputs.state},
                {"content", placed.inputs.content},
                {"inode", number(placed.inode)},
                {"recipe", recipe_value(placed.recipe)},
                {"copies", placed.copies},
                {"manifest", placed.manifest},
                {"size", size_value(placed.size)},
                {"source", placed.source},
                {"excludes", list(placed.excludes)},
                {"outside", list(placed.outside)},
                {"image", placed.image},
                {"image_id", placed.image_id}});
    }
    data::Map texts;
    for (const SourceTemplate& source : sources) {
        texts.set(source.path, source.digest);
    }
    const data::Map document{
        {"version", version},
        {"artifacts", std::move(all)},
        {"templates", list(templates)},
        {"sources", std::move(texts)},
        {"cache_dir", cache_dir},
        {"boot", os::this_process().boot},
        {"follow_links", follow_links}};
    return os::replace_file(folder / state_file, data::write_json(document));
}

Failed read_failed(const fs::path& build_dir) {
    Failed failed;
    const data::Value document = build::read(build_dir / failed_file);
    if (document.is_map()) {
        for (const data::Entry& entry : *document.as_map()) {
            failed.emplace(entry.key, entry.value.text());
        }
    }
    return failed;
}

base::Result<void> write_failed(const fs::path& build_dir, const Failed& failed) {
    data::Map document;
    for (const auto& [id, reason] : failed) {
        document.set(id, reason);
    }
    return os::replace_file(build_dir / failed_file, data::write_json(document));
}

void remove_failed(const fs::path& build_dir) {
    std::error_code ignored;
    fs::remove(build_dir / failed_file, ignored);
}

std::vector<fs::path> own_paths(const fs::path& build_dir, const fs::path& cache_dir) {
    return {build_dir, cache_dir, build_dir.parent_path() / "build.toml"};
}

base::Result<std::string> whole_state(
    const Placed& placed, const std::vector<fs::path>& ours, const os::Cancellation& cancel) {
    std::string all;
    std::vector<std::string> sources{placed.source};
    sources.insert(sources.end(), placed.outside.begin(), placed.outside.end());
    for (const std::string& source : sources) {
        const auto filter =
            placed.image.empty()
                ? SourceFilter::make(source, placed.excludes, ours)
                : SourceFilter::all_but(source, ours); // .dockerignore is the engine's
        auto state =
            filter ? source_state(source, *filter, cancel) : tl::unexpected(filter.error());
        if (!state) {
            return state;
        }
        all += *state;
    }
    return placed.outside.empty() ? all : base::sha256_hex(all);
}

std::vector<SourceTemplate> source_templates(const std::vector<fs::path>& paths) {
    std::vector<SourceTemplate> sources;
    for (const fs::path& path : paths) {
        sources.push_back({path.string(), template_digest(path)});
    }
    return sources;
}

std::vector<fs::path> outdated_templates(const fs::path& build_dir) {
    std::vector<fs::path> found;
    for (const SourceTemplate& source : BuildState::read(build_dir).sources) {
        const std::string now = template_digest(source.path);
        if (!now.empty() && now != source.digest) {
            found.emplace_back(source.path);
        }
    }
    return found;
}

std::map<std::string, fs::path>
outdated(const fs::path& build_dir, const std::set<std::string>& only) {
    std::map<std::string, fs::path> found;
    std::map<std::string, std::string> states; // of sources that several artifacts share
    const BuildState state = BuildState::read(build_dir);
    const std::vector<fs::path> ours = own_paths(build_dir, state.cache_dir);
    for (const auto& [id, placed] : state.artifacts) {
        std::error_code ignored;
        if (placed.inputs.state.empty() || (!only.empty() && !only.contains(id)) ||
            !fs::exists(placed.source, ignored)) {
            continue;
        }
        const std::string key = placed.source + '\0' + placed.inputs.definition;
        if (!states.contains(key)) {
            states[key] = whole_state(placed, ours, {}).value_or(std::string());
        }
        if (states[key] != placed.inputs.state) {
            found.emplace(id, placed.source);
        }
    }
    return found;
}

} // namespace samara::build
