#include "base/strings.h"
#include "base/usage_error.h"
#include "data/accessors.h"
#include "data/embedded_table.h"
#include "model/runtimes.h"
#include "projects/projects.h"
#include "samara_projects_files.h"

#include <algorithm>

#include <fmt/format.h>

namespace samara::projects {

namespace {

std::vector<std::string> supported_runtimes(std::string_view family) {
    const std::string today = model::today();
    std::vector<std::string> ids;
    for (const model::Runtime& runtime : model::runtimes()) {
        if (runtime.family == family &&
            (runtime.deprecated.empty() || runtime.deprecated > today)) {
            ids.push_back(runtime.id);
        }
    }
    return ids;
}

void read_variants(const data::Value& row, std::vector<Variant>& out) {
    for (const std::string& manager : data::texts_of(row.find("managers"))) {
        Variant variant;
        variant.family = data::text_of(row, "family");
        variant.package_type = data::text_of(row, "package_type");
        if (variant.package_type.empty()) {
            variant.package_type = "Zip";
        }
        variant.manager = manager;
        variant.folder = data::text_of(row, "folder");
        variant.code = data::text_of(row, "code");
        variant.tests = data::text_of(row, "tests");
        variant.test = data::texts_of(row.find("test"));
        variant.runtimes = data::texts_of(row.find("runtimes"));
        variant.fixed_runtimes = !variant.runtimes.empty();
        if (!variant.fixed_runtimes) {
            variant.runtimes = supported_runtimes(variant.family);
        }
        out.push_back(std::move(variant));
    }
}

std::vector<Template> read_templates() {
    const data::Value table = data::embedded_table(embedded("templates.json"), "templates.json");
    std::vector<Template> result;
    for (const data::Value& row : *table.as_list()) {
        Template project;
        project.name = data::text_of(row, "name");
        project.aliases = data::texts_of(row.find("aliases"));
        project.about = data::text_of(row, "about");
        project.function = data::text_of(row, "function");
        project.path = data::text_of(row, "path");
        project.notes = data::text_of(row, "notes");
        const data::Value* api = row.find("api");
        project.api = api != nullptr && api->as_boolean() != nullptr && *api->as_boolean();
        for (const data::Value& variant : *row.find("variants")->as_list()) {
            read_variants(variant, project.variants);
        }
        result.push_back(std::move(project));
    }
    return result;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// Whether the variant runs on the runtime, an old one included.
bool runs_on(const Variant& variant, std::string_view id) {
    if (contains(variant.runtimes, id)) {
        return true;
    }
    const auto runtime = model::find_runtime(id);
    return !variant.fixed_runtimes && runtime && runtime->family == variant.family;
}

} // namespace

const std::vector<Template>& templates() {
    static const std::vector<Template> table = read_templates();
    return table;
}

std::vector<Match> matches(const Wanted& wanted) {
    std::vector<Match> found;
    for (const Template& project : templates()) {
        if (!wanted.name.empty() && wanted.name != project.name &&
            !contains(project.aliases, wanted.name)) {
            continue;
        }
        for (const Variant& variant : project.variants) {
            const bool fits =
                (wanted.package_type.empty() || wanted.package_type == variant.package_type) &&
                (wanted.manager.empty() || wanted.manager == variant.manager) &&
                (wanted.family.empty() || wanted.family == variant.family) &&
                (wanted.runtime.empty() || runs_on(variant, wanted.runtime));
            if (fits) {
                found.push_back(
                    {&project,
                     &variant,
                     wanted.runtime.empty() ? variant.runtimes.front() : wanted.runtime});
            }
        }
    }
    return found;
}

base::Result<void> read_base_image(std::string_view image, Wanted& wanted) {
    constexpr std::string_view prefix = "amazon/";
    constexpr std::string_view suffix = "-base";
    std::string_view name = image;
    if (name.starts_with(prefix) && name.ends_with(suffix)) {
        name.remove_prefix(prefix.size());
        name.remove_suffix(suffix.size());
        for (const std::string_view family : {"go", "rust"}) {
            if (name.starts_with(fmt::format("{}-", family))) {
                wanted.family = family;
                name.remove_prefix(family.size() + 1);
            }
        }
        if (model::find_runtime(name)) {
            wanted.runtime = name;
            return {};
        }
    }
    return base::fail(base::usage_error(
        fmt::format("--base-image: there is no base image {}", image),
        "write for example amazon/python3.13-base or amazon/nodejs22.x-base"));
}

std::string stack_name(std::string_view project) {
    std::string name;
    for (const char c : project) {
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        name += plain ? c : '-';
    }
    const bool letter = !name.empty() && (name[0] < '0' || name[0] > '9') && name[0] != '-';
    return letter ? name : "app-" + name;
}

base::Result<void> check_name(std::string_view name) {
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    constexpr std::size_t longest = 100;
    std::string wrong;
    if (name.empty()) {
        wrong = "is empty";
    } else if (name.size() > longest) {
        wrong = fmt::format("is longer than {} letters", longest);
    } else if (const std::size_t bad = name.find_first_not_of(allowed);
               bad != std::string_view::npos) {
        wrong = "has a character that is neither a letter, a digit, '-', '_' nor '.'";
    } else if (name.front() == '.' || name.front() == '-') {
        wrong = fmt::format("begins with '{}'", name.front());
    } else {
        return {};
    }
    return base::fail(base::usage_error(
        fmt::format("the name of a project is that of its folder; this one {}", wrong),
        "write for example --name my-app; --output-dir says where the folder goes"));
}

} // namespace samara::projects
