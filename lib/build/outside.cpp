#include "build/outside.h"

#include "os/file.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace samara::build {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view up = "../";
constexpr std::string_view folder_ends = ".)}";
constexpr std::string_view ends = " \t\r\n\"'#,;)(";

bool is_inside(const fs::path& path, const fs::path& folder) {
    const fs::path relative = path.lexically_relative(folder);
    return !relative.empty() && *relative.begin() != "..";
}

} // namespace

std::vector<fs::path> named_outside(const fs::path& manifest, const fs::path& source) {
    std::set<fs::path> found;
    std::error_code ignored;
    const auto text = fs::is_regular_file(manifest, ignored) ? os::read_file(manifest)
                                                             : base::Result<std::string>();
    const std::string_view all = text ? std::string_view(*text) : std::string_view();
    for (std::size_t at = all.find(up); at != std::string_view::npos;) {
        const std::size_t end = std::min(all.find_first_of(ends, at), all.size());
        // "a/../b" goes nowhere else, "./../b" is met at its second dot, and what a variable of a
        // Makefile names is taken for its folder: "$(CURDIR)/../b".
        const bool begins = at == 0 || all[at - 1] != '/' ||
                            (at > 1 && folder_ends.find(all[at - 2]) != std::string_view::npos);
        fs::path path = (manifest.parent_path() / all.substr(at, end - at)).lexically_normal();
        if (!path.has_filename()) {
            path = path.parent_path();
        }
        if (begins && fs::exists(path, ignored) && !is_inside(path, source) &&
            !is_inside(source, path)) {
            found.insert(std::move(path));
        }
        at = all.find(up, end);
    }
    return {found.begin(), found.end()};
}

} // namespace samara::build
