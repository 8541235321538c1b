#include "app/validate.h"

#include "app/load/known_value.h"
#include "app/load/local_files.h"
#include "app/load/parameter_files.h"
#include "app/load/template_file.h"
#include "aws_client/credentials.h"
#include "base/try.h"
#include "build/rewrite.h"
#include "data/read.h"
#include "model/parameters.h"
#include "model/runtimes.h"
#include "model/schema_check.h"
#include "os/environment.h"
#include "os/file.h"
#include "transform/checks/cycles.h"
#include "transform/checks/function_rules.h"
#include "transform/checks/intrinsic_rules.h"
#include "transform/checks/lint.h"
#include "transform/checks/lint_ignored.h"
#include "transform/checks/lint_references.h"
#include "transform/checks/section_rules.h"
#include "transform/checks/structure.h"
#include "transform/checks/template_schema.h"
#include "transform/checks/value_rules.h"
#include "transform/core/local_paths.h"
#include "transform/transform.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>

#include <fmt/format.h>

namespace samara::app {
namespace {

namespace fs = std::filesystem;

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

/// Adds what nothing at the same place has said before; an error takes the place of a warning.
void add_new(base::Diagnostics& known, base::Diagnostics more) {
    const auto before = static_cast<std::ptrdiff_t>(known.size());
    for (base::Diagnostic& found : more) {
        const auto other =
            std::find_if(known.begin(), known.end(), [&](const base::Diagnostic& each) {
                return same_place(found.error.where, each.error.where);
            });
        if (other == known.end()) {
            known.push_back(std::move(found));
        } else if (
            other->severity == base::Severity::warning && found.severity == base::Severity::error) {
            *other = std::move(found);
        } else if (
            other - known.begin() >= before && to_string(other->error) != to_string(found.error)) {
            known.push_back(std::move(found)); // the same check has more to say of this place
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

base::Diagnostic
missing(const std::string& resource, std::string_view property, std::string message) {
    base::Error error;
    error.resource = resource;
    error.property = property;
    error.message = std::move(message);
    error.hint = "the path is relative to the template's folder";
    return {base::Severity::warning, std::move(error)};
}

// A file or folder that a build uses, by what makes it needed.
struct LocalSource {
    std::string_view type;
    std::string_view property;
};

constexpr std::array local_sources{
    LocalSource{"AWS::Serverless::Function", "CodeUri"},
    LocalSource{"AWS::Serverless::LayerVersion", "ContentUri"},
    LocalSource{"AWS::Serverless::Application", "Location"},
    LocalSource{"AWS::Lambda::Function", "Code"},
    LocalSource{"AWS::Lambda::LayerVersion", "Content"},
    LocalSource{"AWS::CloudFormation::Stack", "TemplateURL"}};

// Of an image function the code is not looked at.
bool is_image(const data::Value& properties) {
    const data::Value* package = properties.find("PackageType");
    return package != nullptr && package->text() == "Image";
}

base::Diagnostics
check_sources(const data::Value& document, const std::function<bool(std::string_view)>& exists) {
    base::Diagnostics found;
    const data::Value* resources = document.find("Resources");
    if (resources == nullptr || !resources->is_map()) {
        return found;
    }
    for (const data::Entry& resource : *resources->as_map()) {
        const data::Value* type = resource.value.find("Type");
        const data::Value* properties = resource.value.find("Properties");
        for (const LocalSource& row : local_sources) {
            const data::Value* path = type == nullptr || properties == nullptr ||
                                              type->text() != row.type || is_image(*properties)
                                          ? nullptr
                                          : properties->find(row.property);
            if (path == nullptr || !path->is_string() || path->text().empty() ||
                path->text().find("://") != std::string_view::npos || exists(path->text())) {
                continue;
            }
            found.push_back(missing(
                resource.key,
                row.property,
                fmt::format("there is no {} to build {} from", path->text(), resource.key)));
            found.back().error.where = path->where();
        }
    }
    return found;
}

// What is not there is no fault of the template: it may be made before the build, which fails then.
base::Diagnostics
check_files(data::Value document, const transform::Options& options, const fs::path& folder) {
    transform::resolve_local_paths(document, options);
    base::Diagnostics found = check_sources(document, [&](std::string_view path) {
        std::error_code ignored;
        return fs::exists(folder / path, ignored);
    });
    std::vector<build::MissingFile> files;
    build::rewrite_template(document, {}, folder, folder, &files);
    for (const build::MissingFile& file : files) {
        found.push_back(
            missing(file.logical_id, {}, fmt::format("there is no file {}", file.path.string())));
        found.back().error.where = file.where;
    }
    const auto known = [&](const data::Value& call) {
        return known_value(document, call, options.region, options.parameter_overrides);
    };
    base::Diagnostics unread;
    include_local_files(document, folder, known, unread);
    for (base::Diagnostic& file : unread) {
        const bool told = std::any_of(found.begin(), found.end(), [&](const auto& other) {
            return same_place(file.error.where, other.error.where);
        });
        if (!told) {
            file.severity = base::Severity::warning;
            found.push_back(std::move(file));
        }
    }
    return found;
}

// What cfn-lint is told of the user and of the project.
std::vector<std::string> ignored_rules() {
    std::vector<std::string> rules;
    for (const fs::path& file :
         {fs::path(os::variable("HOME").value_or("/")) / ".cfnlintrc",
          fs::path(".cfnlintrc"),
          fs::path(".cfnlintrc.yaml"),
          fs::path(".cfnlintrc.yml")}) {
        const auto text = os::read_file(file);
        const auto read = data::read_yaml(text.value_or(""), file.string());
        if (read && read->is_map()) {
            const auto more = transform::ignored_checks(*read);
            rules.insert(rules.end(), more.begin(), more.end());
        }
    }
    return rules;
}

} // namespace

base::Result<Validated> validate_template(const ValidateArguments& arguments) {
    std::error_code failed;
    TRY_ASSIGN(
        const auto file, find_template(arguments.template_file, fs::current_path(failed), false));
    TRY_ASSIGN(auto overrides, read_parameter_overrides(arguments.parameter_overrides));
    TRY_ASSIGN(const auto text, os::read_file(file));
    Validated result;
    result.file =
        arguments.template_file.empty() ? file.filename().string() : arguments.template_file;
    auto document = data::read_document(text, result.file, &result.diagnostics);
    if (!document) {
        result.readable = false;
        result.diagnostics.push_back({base::Severity::error, std::move(document).error()});
        return result;
    }
    if (document->is_null()) {
        result.readable = false;
        result.diagnostics.push_back({base::Severity::error, empty_template(result.file)});
        return result;
    }
    warn_of_cdk(*document, result.diagnostics);
    transform::Options options;
    options.region = aws_client::find_region(arguments.region, arguments.profile);
    options.parameter_overrides = std::move(overrides);
    options.local_artifacts = true;
    transform::Output output = transform::transform(*document, options);
    add_new(result.diagnostics, transform::check_structure(*document));
    add_new(result.diagnostics, std::move(output.diagnostics));
    add_new(result.diagnostics, transform::check_sections(*document));
    add_new(result.diagnostics, transform::check_values(*document, model::today()));
    add_new(result.diagnostics, transform::check_functions(*document));
    add_new(result.diagnostics, transform::check_references(*document, output.document));
    add_new(result.diagnostics, transform::check_intrinsics(*document, output.document));
    add_new(result.diagnostics, transform::check_cycles(*document, output.document));
    for (base::Diagnostic& found : model::check_schema(*document, transform::template_schema())) {
        if (!is_reported(found, result.diagnostics)) {
            result.diagnostics.push_back(std::move(found));
        }
    }
    add_new(result.diagnostics, transform::check_nulls(output.document));
    const auto folder = file.parent_path();
    add_new(result.diagnostics, check_files(*document, options, folder));
    if (arguments.lint) {
        const auto exists = [&](std::string_view path) {
            std::error_code ignored;
            return fs::exists(folder / path, ignored);
        };
        auto linted =
            transform::lint(*document, output.document, {exists, model::today(), ignored_rules()});
        result.lint_failed = std::any_of(linted.begin(), linted.end(), [](const auto& found) {
            return found.error.property != "Handler"; // its file may be made before the build
        });
        add_new(result.diagnostics, std::move(linted));
    }
    sort_by_place(result.diagnostics);
    return result;
}

} // namespace samara::app
