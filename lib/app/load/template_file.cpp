#include "app/load/template_file.h"

#include <array>
#include <system_error>

#include <fmt/format.h>

namespace samara::app {

namespace {

constexpr std::array<std::string_view, 3> names{"template.yaml", "template.yml", "template.json"};
constexpr std::string_view built = ".aws-sam/build/template.yaml";

} // namespace

base::Result<std::filesystem::path>
find_template(const std::string& given, const std::filesystem::path& folder, bool prefer_built) {
    std::error_code ignored;
    if (!given.empty()) {
        const std::filesystem::path path = std::filesystem::absolute(folder / given, ignored);
        // A pipe will do, and what may not be looked at is reported as such when it is read.
        const auto status = std::filesystem::status(path, ignored);
        if (std::filesystem::exists(status) ? !std::filesystem::is_directory(status)
                                            : ignored == std::errc::permission_denied) {
            return path;
        }
        return base::fail(
            fmt::format("Template file not found at {}", path.string()),
            "name the template with -t FILE");
    }
    if (prefer_built && std::filesystem::is_regular_file(folder / built, ignored)) {
        return folder / built;
    }
    for (const std::string_view name : names) {
        if (std::filesystem::is_regular_file(folder / name, ignored)) {
            return folder / name;
        }
    }
    return base::fail(
        fmt::format("Template file not found at {}", (folder / names.front()).string()),
        "run it in the folder of the template, or name the template with -t FILE");
}

base::Error empty_template(const std::string& file) {
    base::Error error;
    error.message = "the template is empty";
    error.hint = "a template needs at least a Resources section";
    error.where.file = std::make_shared<const std::string>(file);
    return error;
}

} // namespace samara::app
