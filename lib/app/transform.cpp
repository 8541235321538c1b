#include "app/transform.h"

#include "app/load/parameter_files.h"
#include "app/load/template_file.h"
#include "aws_client/credentials.h"
#include "base/try.h"
#include "data/read.h"
#include "data/write.h"
#include "model/parameters.h"
#include "os/file.h"
#include "transform/transform.h"

#include <ctime>
#include <filesystem>
#include <iterator>

#include <fmt/format.h>

namespace samara::app {

namespace {

base::Result<transform::ManagedPolicies> read_policies(const std::string& file) {
    TRY_ASSIGN(const auto text, os::read_file(file));
    TRY_ASSIGN(const auto table, data::read_json(text, file));
    transform::ManagedPolicies policies;
    const data::Map* rows = table.as_map();
    if (rows == nullptr) {
        return base::fail(
            "--managed-policies must be an object of policy names and ARNs", {}, table.where());
    }
    for (const data::Entry& row : *rows) {
        policies.emplace(row.key, row.value.text());
    }
    return policies;
}

} // namespace

base::Result<Transformed> transform_template(const TransformArguments& arguments) {
    std::error_code failed;
    TRY_ASSIGN(
        auto file,
        find_template(arguments.template_file, std::filesystem::current_path(failed), false));
    TRY_ASSIGN(auto overrides, read_parameter_overrides(arguments.parameter_overrides));
    transform::Options options;
    options.now = std::time(nullptr);
    options.region = aws_client::find_region(arguments.region, arguments.profile);
    options.parameter_overrides = std::move(overrides);
    if (!arguments.managed_policies.empty()) {
        TRY_ASSIGN(auto policies, read_policies(arguments.managed_policies));
        options.managed_policies = std::move(policies);
    }
    const std::filesystem::path folder = file.parent_path();
    options.artifact_exists = [&folder](std::string_view path) {
        std::error_code ignored;
        return std::filesystem::exists(folder / path, ignored);
    };
    TRY_ASSIGN(const auto text, os::read_file(file));
    const std::string name =
        arguments.template_file.empty() ? file.filename().string() : arguments.template_file;
    Transformed result;
    auto document = data::read_document(text, name, &result.diagnostics);
    if (!document) {
        result.diagnostics.push_back({base::Severity::error, std::move(document).error()});
        return result;
    }
    if (document->is_null()) {
        result.diagnostics.push_back({base::Severity::error, empty_template(name)});
        return result;
    }
    transform::Output output = transform::transform(std::move(*document), options);
    std::move(
        output.diagnostics.begin(),
        output.diagnostics.end(),
        std::back_inserter(result.diagnostics));
    if (!has_errors(result.diagnostics)) {
        result.text = arguments.output == DocumentFormat::json
                          ? data::write_json(output.document, 2) + "\n"
                          : data::write_yaml(output.document);
    }
    return result;
}

} // namespace samara::app
