#include "os/linked_packages.h"

#include <algorithm>

namespace samara::os {

namespace fs = std::filesystem;

namespace {

void add_links(const fs::path& folder, const fs::path& modules, std::vector<fs::path>& found) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        std::error_code broken;
        if (entry->is_symlink(broken)) {
            const fs::path target = fs::canonical(entry->path(), broken);
            if (!broken && *target.lexically_relative(modules).begin() == ".." &&
                std::find(found.begin(), found.end(), target) == found.end()) {
                found.push_back(target);
            }
        } else if (folder == modules && entry->path().filename().native().starts_with('@')) {
            add_links(entry->path(), modules, found); // "@scope/package"
        }
    }
}

} // namespace

std::vector<fs::path> linked_packages(const fs::path& modules) {
    std::vector<fs::path> found;
    if (modules.filename() == "node_modules") {
        add_links(modules, modules, found);
    }
    return found;
}

std::vector<fs::path> linked_modules(const fs::path& code) {
    std::vector<fs::path> found;
    const auto look = [&](const fs::path& folder, const auto& again) -> void {
        std::error_code error;
        for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
             entry.increment(error)) {
            std::error_code broken;
            if (!entry->is_symlink(broken)) {
                if (entry->path().filename().native().starts_with('@')) {
                    again(entry->path(), again);
                }
                continue;
            }
            fs::path modules = fs::read_symlink(entry->path(), broken).parent_path();
            if (modules.filename().native().starts_with('@')) {
                modules = modules.parent_path();
            }
            if (modules.is_absolute() && modules.filename() == "node_modules" &&
                std::find(found.begin(), found.end(), modules) == found.end()) {
                found.push_back(modules);
            }
        }
    };
    std::error_code ignored;
    const fs::path own = code / "node_modules";
    if (!fs::is_symlink(own, ignored)) {
        look(own, look);
    }
    return found;
}

} // namespace samara::os
