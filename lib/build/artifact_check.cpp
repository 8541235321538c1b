#include "build/artifact_check.h"

#include "base/strings.h"
#include "build/inspect.h"
#include "model/limits.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

std::string largest_of(const std::vector<Size::Part>& parts) {
    constexpr std::size_t shown = 3;
    std::vector<std::string> largest;
    for (std::size_t i = 0; i < std::min(shown, parts.size()); ++i) {
        largest.push_back(fmt::format("{} {} MB", parts[i].name, parts[i].bytes >> 20U));
    }
    return base::join(largest, ", ");
}

} // namespace

// Native files are reported, not refused: a package may bring more than is loaded.
base::Result<Size>
check_artifact(const Run& run, const Definition& definition, const fs::path& root) {
    auto found = inspect(root, definition.recipe.architecture);
    if (!found) {
        return tl::unexpected(std::move(found.error()));
    }
    const std::string names = base::join(definition.logical_ids, ", ");
    constexpr std::size_t named = 3; // some packages bring a library for every processor
    for (std::size_t i = 0; i < std::min(named, found->foreign.size()); ++i) {
        run.log.warning(fmt::format(
            "{}: {} does not run on {}", names, found->foreign[i], definition.recipe.architecture));
    }
    if (found->foreign.size() > named) {
        run.log.warning(fmt::format("{}: and {} more files", names, found->foreign.size() - named));
    }
    return found->size;
}

void report_size(
    const std::string& function, const std::vector<NamedSize>& all, const base::Log& log) {
    std::uint64_t bytes = 0;
    std::vector<Size::Part> parts;
    for (const NamedSize& one : all) {
        bytes += one.size.bytes;
        for (const Size::Part& part : one.size.parts) {
            parts.push_back(
                {one.id == function ? part.name : one.id + "/" + part.name, part.bytes});
        }
    }
    std::stable_sort(
        parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
    const model::Limits& limits = model::limits();
    if (bytes > limits.unzipped_bytes) {
        log.warning(fmt::format(
            "{}: {} MB unzipped{}, and Lambda takes {} MB with all layers (largest: {})",
            function,
            bytes >> 20U,
            all.size() > 1 ? " with its layers" : "",
            limits.unzipped_bytes >> 20U,
            largest_of(parts)));
    }
    for (const NamedSize& one : all) {
        if (one.id == function && one.size.zipped > limits.zipped_bytes) {
            log.info(fmt::format(
                "{}: about {} MB zipped: more than the {} MB of a direct upload, so it goes by way "
                "of S3 (largest: {})",
                function,
                one.size.zipped >> 20U,
                limits.zipped_bytes >> 20U,
                largest_of(one.size.parts)));
        }
    }
}

} // namespace samara::build
