#include "build/outside.h"

#include "os/file.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view up = "../";
constexpr std::string_view here = "./";
constexpr std::string_view scheme = "file:";
constexpr std::string_view folder_ends = ".)}";
constexpr std::string_view ends = " \t\r\n\"'#,;)(";

bool is_inside(const fs::path& path, const fs::path& folder) {
    const fs::path relative = path.lexically_relative(folder);
    return !relative.empty() && *relative.begin() != "..";
}

// Calls `take` with each place where `mark` is met and the text from there to the end of the word.
template <class Take>
void each(std::string_view all, std::string_view mark, Take take) {
    for (std::size_t at = all.find(mark); at != std::string_view::npos;) {
        const std::size_t end = std::min(all.find_first_of(ends, at), all.size());
        take(at, all.substr(at, end - at));
        at = all.find(mark, end);
    }
}

// "../shared", "./shared", "file:shared", "file:///srv/shared".
std::vector<std::string_view> path_names(std::string_view all) {
    std::vector<std::string_view> names;
    each(all, up, [&](std::size_t at, std::string_view word) {
        // "a/../b" goes nowhere else, "./../b" is met at its second dot, and what a variable of a
        // Makefile names is taken for its folder: "$(CURDIR)/../b".
        if (at == 0 || all[at - 1] != '/' ||
            (at > 1 && folder_ends.find(all[at - 2]) != std::string_view::npos)) {
            names.push_back(word);
        }
    });
    each(all, here, [&](std::size_t at, std::string_view word) {
        if (at == 0 || (all[at - 1] != '.' && all[at - 1] != '/')) {
            names.push_back(word);
        }
    });
    each(all, scheme, [&](std::size_t, std::string_view word) {
        word.remove_prefix(scheme.size());
        if (word.starts_with("//")) {
            word.remove_prefix(2);
        }
        if (!word.empty()) {
            names.push_back(word);
        }
    });
    return names;
}

} // namespace

std::vector<fs::path> named_outside(const fs::path& manifest, const fs::path& source) {
    std::set<fs::path> found;
    std::error_code ignored;
    const auto text = fs::is_regular_file(manifest, ignored) ? os::read_file(manifest)
                                                             : base::Result<std::string>();
    const std::string_view all = text ? std::string_view(*text) : std::string_view();
    for (const std::string_view& name : path_names(all)) {
        fs::path path = (manifest.parent_path() / name).lexically_normal();
        if (!path.has_filename()) {
            path = path.parent_path();
        }
        if (fs::exists(path, ignored) && !is_inside(path, source) && !is_inside(source, path)) {
            found.insert(std::move(path));
        }
    }
    return {found.begin(), found.end()};
}

} // namespace samara::build
