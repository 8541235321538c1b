#include "app/local_resources.h"

#include "app/load/parameter_files.h"
#include "app/load/template_file.h"
#include "aws_client/credentials.h"
#include "base/try.h"
#include "data/accessors.h"
#include "data/read.h"
#include "model/parameters.h"
#include "os/file.h"
#include "transform/transform.h"

#include <ctime>
#include <filesystem>

#include <fmt/format.h>

namespace samara::app {

base::Result<data::Value> local_resources(const LoadArguments& arguments) {
    std::error_code failed;
    TRY_ASSIGN(
        const auto file,
        find_template(arguments.template_file, std::filesystem::current_path(failed), false));
    TRY_ASSIGN(const auto text, os::read_file(file));
    TRY_ASSIGN(auto document, data::read_document(text, file.filename().string(), nullptr));
    const auto nothing = [&] {
        return base::fail("No local resources found.", fmt::format("{} has none", file.string()));
    };
    if (data::members_of(document.find("Resources")).empty()) {
        return nothing();
    }
    transform::Options options;
    TRY_ASSIGN(
        options.parameter_overrides, read_parameter_overrides(arguments.parameter_overrides));
    options.now = std::time(nullptr);
    options.region = aws_client::find_region(arguments.region, arguments.profile);
    options.local_artifacts = true;
    transform::Output output = transform::transform(std::move(document), options);
    for (base::Diagnostic& diagnostic : output.diagnostics) {
        if (diagnostic.severity == base::Severity::error) {
            return base::fail(std::move(diagnostic.error));
        }
    }
    if (data::members_of(output.document.find("Resources")).empty()) {
        return nothing();
    }
    return std::move(output.document);
}

} // namespace samara::app
