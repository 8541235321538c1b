#include "model/code_file.h"

#include "base/strings.h"
#include "data/embedded_table.h"
#include "model/runtimes.h"
#include "samara_model_files.h"

#include <algorithm>
#include <string>

namespace samara::model {

namespace {

namespace fs = std::filesystem;

const data::Value& source_files() {
    static const data::Value table =
        data::embedded_table(embedded("source_files.json"), "source_files.json");
    return table;
}

bool names(const data::Value& extensions, std::string_view extension) {
    return std::any_of(
        extensions.as_list()->begin(), extensions.as_list()->end(), [&](const data::Value& row) {
            return row.text() == extension;
        });
}

bool is_program(const fs::path& path) {
    std::error_code failed;
    const fs::perms modes = fs::status(path, failed).permissions();
    return !failed && (modes & fs::perms::owner_exec) != fs::perms::none;
}

std::string extension_of(const fs::path& path) {
    return base::to_lower(path.extension().string());
}

} // namespace

bool is_archive(const fs::path& path) {
    const std::string extension = extension_of(path);
    std::error_code failed;
    return (extension == ".zip" || extension == ".jar") && fs::is_regular_file(path, failed);
}

bool is_code_file(const fs::path& path, std::string_view runtime) {
    std::error_code failed;
    if (!fs::is_regular_file(path, failed)) {
        return false;
    }
    const auto row = find_runtime(runtime);
    if (row && (row->family == "provided" || row->family == "go")) {
        return is_program(path);
    }
    const std::string extension = extension_of(path);
    if (!row) {
        return std::any_of(
            source_files().as_map()->begin(),
            source_files().as_map()->end(),
            [&](const auto& family) { return names(family.value, extension); });
    }
    const data::Value* extensions = source_files().find(row->family);
    return extensions != nullptr && names(*extensions, extension);
}

} // namespace samara::model
