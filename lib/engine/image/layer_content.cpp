#include "engine/image/layer_content.h"

#include "base/hash.h"
#include "base/try.h"
#include "os/file.h"
#include "os/tree_state.h"

#include <algorithm>
#include <chrono>
#include <system_error>

#include <fmt/format.h>

namespace samara::engine::image {

namespace fs = std::filesystem;

namespace {

base::Result<std::string> describe(const fs::directory_entry& entry, const fs::path& root) {
    std::error_code error;
    const fs::file_status status = entry.symlink_status(error);
    std::string content;
    if (status.type() == fs::file_type::regular) {
        TRY_ASSIGN(auto bytes, os::read_file(entry.path()));
        content = base::sha256_hex(bytes);
    } else if (status.type() == fs::file_type::symlink) {
        content = fs::read_symlink(entry.path(), error).string();
    }
    // A path holds no NUL, so that nothing can look like something else.
    return fmt::format(
        "{1}{0}{2}{0}{3:o}{0}{4}{0}",
        '\0',
        entry.path().lexically_relative(root).string(),
        static_cast<int>(status.type()),
        static_cast<unsigned>(status.permissions()),
        content);
}

base::Result<std::string> folder_digest(const fs::path& folder) {
    std::error_code error;
    std::vector<std::string> lines;
    fs::recursive_directory_iterator walk(folder, error);
    for (; !error && walk != fs::recursive_directory_iterator(); walk.increment(error)) {
        auto line = describe(*walk, folder);
        if (!line) {
            return line;
        }
        lines.push_back(std::move(*line));
    }
    if (error) {
        return base::fail(
            fmt::format("cannot read the layer {}: {}", folder.string(), error.message()));
    }
    std::sort(lines.begin(), lines.end());
    std::string all;
    for (const std::string& line : lines) {
        all += line;
    }
    return base::sha256_hex(all);
}

// A change in the same tick as the look at the folder could not be seen later.
constexpr std::chrono::seconds settled{2};

// As folder_digest(), from the memory where the folder is as it was then.
base::Result<std::string> remembered_digest(const fs::path& folder, const fs::path& memory) {
    const auto state = os::tree_state(folder);
    if (!state || memory.empty()) {
        return state ? folder_digest(folder) : tl::unexpected(state.error());
    }
    const fs::path file = memory / base::sha256_hex(folder.string());
    const std::string known = state->digest + " ";
    if (const auto text = os::read_file(file); text && text->starts_with(known)) {
        return text->substr(known.size());
    }
    const bool quiet = std::chrono::system_clock::now() - state->changed > settled;
    auto digest = folder_digest(folder);
    if (digest && quiet && os::make_folders(memory)) {
        // Without it the files are read again, that is all.
        static_cast<void>(os::write_file_atomically(file, known + *digest));
    }
    return digest;
}

} // namespace

base::Result<std::string> content_digest(const std::vector<Layer>& layers, const fs::path& memory) {
    if (layers.empty()) {
        return std::string();
    }
    std::string all;
    for (const Layer& layer : layers) {
        auto digest = remembered_digest(layer.folder, memory);
        if (!digest) {
            return digest;
        }
        all += *digest;
    }
    return base::sha256_hex(all);
}

} // namespace samara::engine::image
