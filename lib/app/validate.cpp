#include "app/validate.h"

#include "app/credentials.h"
#include "app/template_file.h"
#include "data/read.h"
#include "os/file.h"
#include "template/parameters.h"
#include "template/runtimes.h"
#include "template/schema_check.h"
#include "transform/lint.h"
#include "transform/lint_references.h"
#include "transform/structure.h"
#include "transform/template_schema.h"
#include "transform/transform.h"
#include "transform/value_rules.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>

#include <fmt/format.h>

namespace samara::app {
namespace {

bool same_place(const base::Location& a, const base::Location& b) {
    return a.known() && b.known() && a.line == b.line && a.column == b.column;
}

/// Whether `found` is one of `known` seen by another check.
bool is_reported(const base::Diagnostic& found, const base::Diagnostics& known) {
    return std::any_of(known.begin(), known.end(), [&](const base::Diagnostic& other) {
        return same_place(found.error.where, other.error.where) ||
               (!found.error.resource.empty() && found.error.resource == other.error.resource);
    });
}

/// Adds what nothing at the same place has said before.
void add_new(base::Diagnostics& known, base::Diagnostics more) {
    const std::size_t before = known.size();
    for (base::Diagnostic& found : more) {
        const auto end = known.begin() + static_cast<std::ptrdiff_t>(before);
        if (std::none_of(known.begin(), end, [&](const base::Diagnostic& other) {
                return same_place(found.error.where, other.error.where);
            })) {
            known.push_back(std::move(found));
        }
    }
}

/// In the order of the file; what has no place comes first.
void sort_by_place(base::Diagnostics& diagnostics) {
    const auto position = [](const base::Diagnostic& diagnostic) {
        const base::Location& where = diagnostic.error.where;
        return std::pair(where.line, where.column);
    };
    std::stable_sort(diagnostics.begin(), diagnostics.end(), [&](const auto& a, const auto& b) {
        return position(a) < position(b);
    });
}

struct LocalFolder {
    std::string_view type;
    std::string_view property;
};

constexpr std::array local_folders{
    LocalFolder{"AWS::Serverless::Function", "CodeUri"},
    LocalFolder{"AWS::Serverless::LayerVersion", "ContentUri"},
    LocalFolder{"AWS::Lambda::Function", "Code"},
    LocalFolder{"AWS::Lambda::LayerVersion", "Content"}};

/// Code that is not there is no fault of the template: it may be made before the build.
base::Diagnostics
check_folders(const data::Value& document, const std::function<bool(std::string_view)>& exists) {
    base::Diagnostics found;
    const data::Value* resources = document.find("Resources");
    if (resources == nullptr || !resources->is_map()) {
        return found;
    }
    for (const data::Entry& resource : *resources->as_map()) {
        const data::Value* type = resource.value.find("Type");
        const data::Value* properties = resource.value.find("Properties");
        for (const LocalFolder& row : local_folders) {
            const data::Value* path =
                type == nullptr || properties == nullptr || type->text() != row.type
                    ? nullptr
                    : properties->find(row.property);
            if (path == nullptr || !path->is_string() || path->text().empty() ||
                path->text().find("://") != std::string_view::npos || exists(path->text())) {
                continue;
            }
            base::Error error;
            error.where = path->where();
            error.resource = resource.key;
            error.property = row.property;
            error.message =
                fmt::format("there is no {} to build {} from", path->text(), resource.key);
            error.hint = "the path is relative to the template's folder";
            found.push_back({base::Severity::warning, std::move(error)});
        }
    }
    return found;
}

} // namespace

base::Result<Validated> validate_template(const ValidateArguments& arguments) {
    std::error_code failed;
    const auto file =
        find_template(arguments.template_file, std::filesystem::current_path(failed), false);
    if (!file) {
        return base::fail(file.error());
    }
    auto overrides = model::parse_parameter_overrides(arguments.parameter_overrides);
    if (!overrides) {
        return base::fail(std::move(overrides).error());
    }
    const auto text = os::read_file(*file);
    if (!text) {
        return base::fail(text.error());
    }
    Validated result;
    result.file =
        arguments.template_file.empty() ? file->filename().string() : arguments.template_file;
    auto document = data::read_document(*text, result.file, &result.diagnostics);
    if (!document) {
        result.diagnostics.push_back({base::Severity::error, std::move(document).error()});
        return result;
    }
    if (document->is_null()) {
        result.diagnostics.push_back({base::Severity::error, empty_template(result.file)});
        return result;
    }
    transform::Options options;
    options.region = find_region(arguments.region, arguments.profile);
    options.parameter_overrides = std::move(*overrides);
    options.local_artifacts = true;
    transform::Output output = transform::transform(*document, options);
    add_new(result.diagnostics, transform::check_structure(*document));
    add_new(result.diagnostics, std::move(output.diagnostics));
    add_new(result.diagnostics, transform::check_values(*document, model::today()));
    add_new(result.diagnostics, transform::check_references(*document, output.document));
    for (base::Diagnostic& found : model::check_schema(*document, transform::template_schema())) {
        if (!is_reported(found, result.diagnostics)) {
            result.diagnostics.push_back(std::move(found));
        }
    }
    const auto folder = file->parent_path();
    const auto exists = [&](std::string_view path) {
        std::error_code ignored;
        return std::filesystem::exists(folder / path, ignored);
    };
    add_new(result.diagnostics, check_folders(*document, exists));
    if (arguments.lint) {
        add_new(
            result.diagnostics,
            transform::lint(*document, output.document, {exists, model::today()}));
    }
    sort_by_place(result.diagnostics);
    return result;
}

} // namespace samara::app
