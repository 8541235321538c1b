#include "app/validate.h"

#include "app/credentials.h"
#include "app/template_file.h"
#include "data/read.h"
#include "os/file.h"
#include "template/parameters.h"
#include "template/runtimes.h"
#include "template/schema_check.h"
#include "transform/lint.h"
#include "transform/template_schema.h"
#include "transform/transform.h"

#include <algorithm>
#include <filesystem>

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
    auto document = data::read_document(*text, result.file);
    if (!document) {
        result.diagnostics.push_back({base::Severity::error, std::move(document).error()});
        return result;
    }
    transform::Options options;
    options.region = find_region(arguments.region, arguments.profile);
    options.parameter_overrides = std::move(*overrides);
    options.local_artifacts = true;
    transform::Output output = transform::transform(*document, options);
    result.diagnostics = std::move(output.diagnostics);
    for (base::Diagnostic& found : model::check_schema(*document, transform::template_schema())) {
        if (!is_reported(found, result.diagnostics)) {
            result.diagnostics.push_back(std::move(found));
        }
    }
    if (arguments.lint) {
        const auto folder = file->parent_path();
        const auto exists = [&](std::string_view path) {
            std::error_code ignored;
            return std::filesystem::exists(folder / path, ignored);
        };
        for (base::Diagnostic& found :
             transform::lint(*document, output.document, {exists, model::today()})) {
            result.diagnostics.push_back(std::move(found));
        }
    }
    sort_by_place(result.diagnostics);
    return result;
}

} // namespace samara::app
