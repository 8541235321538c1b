#include "app/load/template_file.h"

#include <algorithm>
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

void warn_of_cdk(const data::Value& document, base::Diagnostics& diagnostics) {
    const data::Value* resources = document.find("Resources");
    if (resources == nullptr || !resources->is_map()) {
        return;
    }
    const bool of_cdk = std::any_of(
        resources->as_map()->begin(), resources->as_map()->end(), [](const data::Entry& resource) {
            const data::Value* type = resource.value.find("Type");
            const data::Value* metadata = resource.value.find("Metadata");
            return (type != nullptr && type->text() == "AWS::CDK::Metadata") ||
                   (metadata != nullptr && metadata->find("aws:cdk:path") != nullptr);
        });
    if (of_cdk) {
        base::Error error;
        error.message = "CDK apps are not officially supported with this command";
        error.hint = "it goes by what cdk synth has written: run that again after every change";
        diagnostics.push_back({base::Severity::warning, std::move(error)});
    }
}

} // namespace samara::app
