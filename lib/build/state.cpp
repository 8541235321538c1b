#include "build/state.h"

#include "base/hash.h"
#include "build/filter.h"
#include "build/source_state.h"
#include "data/read.h"
#include "data/write.h"
#include "os/file.h"

#include <sys/stat.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

constexpr const char* state_file = ".samara-build.json";
constexpr const char* failed_file = ".samara-failed.json";
constexpr std::int64_t version = 1;

std::string text_of(const data::Value& map, std::string_view key) {
    const data::Value* value = map.find(key);
    return value == nullptr ? std::string() : std::string(value->text());
}

std::vector<std::string> texts_of(const data::Value& map, std::string_view key) {
    std::vector<std::string> texts;
    const data::Value* value = map.find(key);
    if (value != nullptr && value->is_list()) {
        for (const data::Value& item : *value->as_list()) {
            texts.emplace_back(item.text());
        }
    }
    return texts;
}

data::Value list(const std::vector<std::string>& texts) {
    return data::List(texts.begin(), texts.end());
}

data::Value read(const fs::path& path) {
    const auto text = os::read_file(path);
    auto value = text ? data::read_json(*text, path.string()) : base::fail(text.error());
    return value ? std::move(*value) : data::Value();
}

Placed placed(const data::Value& map) {
    Placed placed;
    placed.inputs = {
        text_of(map, "definition"),
        text_of(map, "settings"),
        text_of(map, "state"),
        text_of(map, "content")};
    placed.source = text_of(map, "source");
    placed.image = text_of(map, "image");
    placed.excludes = texts_of(map, "excludes");
    placed.outside = texts_of(map, "outside");
    if (const data::Value* inode = map.find("inode"); inode != nullptr && inode->is_integer()) {
        placed.inode = static_cast<std::uint64_t>(*inode->as_integer());
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
    state.templates = texts_of(document, "templates");
    return state;
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
                {"inode", static_cast<std::int64_t>(placed.inode)},
                {"source", placed.source},
                {"excludes", list(placed.excludes)},
                {"outside", list(placed.outside)},
                {"image", placed.image}});
    }
    const data::Map document{
        {"version", version}, {"artifacts", std::move(all)}, {"templates", list(templates)}};
    return os::write_file_atomically(folder / state_file, data::write_json(document));
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
    return os::write_file_atomically(build_dir / failed_file, data::write_json(document));
}

void remove_failed(const fs::path& build_dir) {
    std::error_code ignored;
    fs::remove(build_dir / failed_file, ignored);
}

base::Result<std::string> whole_state(
    const Placed& placed, const std::vector<fs::path>& ours, const os::Cancellation& cancel) {
    std::string all;
    std::vector<std::string> sources{placed.source};
    sources.insert(sources.end(), placed.outside.begin(), placed.outside.end());
    for (const std::string& source : sources) {
        const auto filter = SourceFilter::make(source, placed.excludes, ours);
        auto state =
            filter ? source_state(source, *filter, cancel) : tl::unexpected(filter.error());
        if (!state) {
            return state;
        }
        all += *state;
    }
    return placed.outside.empty() ? all : base::sha256_hex(all);
}

std::map<std::string, fs::path>
outdated(const fs::path& build_dir, const std::set<std::string>& only) {
    std::map<std::string, fs::path> found;
    std::map<std::string, std::string> states; // of sources that several artifacts share
    for (const auto& [id, placed] : BuildState::read(build_dir).artifacts) {
        if (placed.inputs.state.empty() || (!only.empty() && !only.contains(id))) {
            continue;
        }
        const std::string key = placed.source + '\0' + placed.inputs.definition;
        if (!states.contains(key)) {
            states[key] = whole_state(placed, {build_dir, build_dir.parent_path() / "cache"}, {})
                              .value_or(std::string());
        }
        if (states[key] != placed.inputs.state) {
            found.emplace(id, placed.source);
        }
    }
    return found;
}

} // namespace samara::build
